using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class WideRemovalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Remove_OfAnyTree_LeavesNothing(int threads)
    {
        var random = new Random(threads);
        var folders = new List<string> { _folder["tree"] };
        Directory.CreateDirectory(folders[0]);
        for (var made = 0; made < 300; made++)
        {
            var inside = folders[random.Next(folders.Count)];
            var path = Path.Combine(inside, $"e{made}");
            if (random.Next(3) == 0)
            {
                folders.Add(Directory.CreateDirectory(path).FullName);
            }
            else
            {
                File.WriteAllText(path, "text");
            }
        }

        WideRemoval.Remove(_folder["tree"], threads);
        Assert.False(Path.Exists(_folder["tree"]));
    }

    [Fact]
    public void Parts_OfATree_AreSeveral_AndNoneLiesInAnother()
    {
        foreach (var path in new[] { "a/b/c", "a/b/d", "a/e", "f/g/h", "f/g/i/j", "k" })
        {
            Directory.CreateDirectory(_folder[$"tree/{path}"]);
        }

        File.CreateSymbolicLink(_folder["tree/a/out"], "/usr");
        using var tree = DirectoryTree.Open(_folder["tree"], PathResolution.Strict);
        var parts = WideRemoval.Parts(tree).Select(part => System.Text.Encoding.UTF8.GetString(part) + "/").ToList();
        Assert.Equal(["a/b/c/", "a/b/d/", "a/e/", "f/g/h/", "f/g/i/j/", "k/"], parts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Remove_OfWhatIsDeep_OrNotThere_OrAFile_IsDone()
    {
        Directory.CreateDirectory(Path.Combine([_folder["tree"], .. Enumerable.Repeat("d", 300)]));
        File.WriteAllText(_folder["file"], "text");
        WideRemoval.Remove(_folder["tree"], 2);
        WideRemoval.Remove(_folder["tree"], 2);
        WideRemoval.Remove(_folder["file"], 2);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Remove_WithLinksThatLeadOut_LeavesWhatTheyLeadTo()
    {
        Directory.CreateDirectory(_folder["outside/below"]);
        File.WriteAllText(_folder["outside/below/file"], "text");
        foreach (var name in new[] { "a", "b", "c" })
        {
            Directory.CreateDirectory(_folder[$"tree/{name}/x"]);
            File.CreateSymbolicLink(_folder[$"tree/{name}/link"], _folder["outside"]);
        }

        File.CreateSymbolicLink(_folder["link"], _folder["outside"]);
        WideRemoval.Remove(_folder["tree"], 3);
        WideRemoval.Remove(_folder["link"], 3);
        Assert.True(File.Exists(_folder["outside/below/file"]));
        Assert.Equal([_folder["outside"]], Directory.EnumerateFileSystemEntries(_folder.Path));
    }
}
