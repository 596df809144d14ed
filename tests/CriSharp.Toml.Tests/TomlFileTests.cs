namespace CriSharp.Toml.Tests;

public sealed class TomlFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("toml-").FullName;

    private string Main => Path.Combine(_folder, "a.conf");

    [Fact]
    public void DropIns_ComeAfterTheFile_InTheOrderOfTheirNames()
    {
        Assert.Empty(TomlFile.WithDropIns(Main));

        File.WriteAllText(Main, "");
        Directory.CreateDirectory(Main + ".d");
        foreach (var name in (string[])["20.conf", "10.conf", "note.txt"])
        {
            File.WriteAllText(Path.Combine(Main + ".d", name), "");
        }

        Assert.Equal([Main, $"{Main}.d/10.conf", $"{Main}.d/20.conf"], TomlFile.WithDropIns(Main));
    }

    [Fact]
    public void Read_OfAFileThatIsTooLong_NamesIt()
    {
        File.WriteAllBytes(Main, new byte[TomlDocument.LimitBytes + 10]);

        Assert.Contains(Main, Assert.Throws<TomlException>(() => TomlFile.Read(Main)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
