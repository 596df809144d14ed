using CriSharp.Storage.Content;

namespace CriSharp.Storage.Tests.Content;

public sealed class BrokenRecordsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-broken-");
    private readonly BrokenRecords _broken;

    public BrokenRecordsTests() => _broken = new BrokenRecords(_root.FullName);

    private string BrokenFolder => Path.Combine(_root.FullName, "broken");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void List_WhenNothingIsBroken_IsEmptyAndMakesNothing()
    {
        Assert.Empty(_broken.List());
        Assert.False(Directory.Exists(BrokenFolder));
    }

    [Fact]
    public void SetAside_WhenDone_IsListedWithItsReason()
    {
        var record = MakeFolder("first");

        var aside = _broken.SetAside("pod sandbox", "abc", record, "its checksum does not fit");

        var entry = Assert.Single(_broken.List());
        Assert.Equal(("pod sandbox", "abc", aside, "its checksum does not fit"), (entry.Noun, entry.Id, entry.Path, entry.Reason));
        Assert.InRange(entry.Since, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.False(Directory.Exists(record));
        Assert.Equal("first", File.ReadAllText(Path.Combine(aside, "record.json")));
        Assert.Contains(record, File.ReadAllText(aside + ".why.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void SetAside_WhenTheSameIdComesTwice_KeepsBoth()
    {
        var paths = new[] { "one", "two", "three" }.Select(text => _broken.SetAside("container", "abc", MakeFolder(text), text)).ToList();

        Assert.Equal(["one", "two", "three"], paths.Select(path => File.ReadAllText(Path.Combine(path, "record.json"))));
        Assert.Equal(["one", "three", "two"], _broken.List().Select(entry => entry.Reason).Order(StringComparer.Ordinal));
        Assert.All(_broken.List(), entry => Assert.Equal("abc", entry.Id));
    }

    [Fact]
    public void SetAside_WhenTheIdIsAPath_StaysInTheFolder()
    {
        var aside = _broken.SetAside("container", "../../etc/x", MakeFolder("x"), "why");

        Assert.Equal(BrokenFolder, Path.GetDirectoryName(aside));
    }

    [Fact]
    public void List_WhenANoteIsGoneOrDamaged_TellsWhatTheNameSays()
    {
        File.Delete(_broken.SetAside("pod sandbox", "abc", MakeFolder("x"), "why") + ".why.json");
        File.WriteAllText(_broken.SetAside("pod sandbox", "abc", MakeFolder("x"), "why") + ".why.json", "{ half");

        Assert.Equal(2, _broken.List().Count(entry => (entry.Noun, entry.Id, entry.Reason) == ("pod sandbox", "abc", "not known")));
    }

    /// <summary>A crash between the two leaves a note alone.</summary>
    [Fact]
    public void List_WhenANoteHasNoRecord_PassesItOver()
    {
        _broken.SetAside("container", "abc", MakeFolder("x"), "why");
        File.WriteAllText(Path.Combine(BrokenFolder, "container-def.why.json"), "{}");

        Assert.Single(_broken.List());
    }

    [Fact]
    public void Remove_WhenDone_LeavesNothingOfIt()
    {
        _broken.SetAside("container", "abc", MakeFolder("x"), "why");

        _broken.Remove(Assert.Single(_broken.List()));

        Assert.Empty(Directory.EnumerateFileSystemEntries(BrokenFolder));
    }

    private string MakeFolder(string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root.FullName, "records", "abc")).FullName;
        File.WriteAllText(Path.Combine(folder, "record.json"), text);
        return folder;
    }
}
