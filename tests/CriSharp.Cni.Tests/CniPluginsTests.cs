namespace CriSharp.Cni.Tests;

public sealed class CniPluginsTests : IDisposable
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-cni-plugins-");

    private string Plugin => Path.Combine(_folder.FullName, "bridge");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Plugin_IsAFileThatCanBeRun()
    {
        var plugins = new CniPlugins(["/no/such/folder", _folder.FullName]);
        Assert.Null(plugins.TryFind("bridge"));
        Directory.CreateDirectory(Plugin);
        Assert.Null(plugins.TryFind("bridge"));
        Directory.Delete(Plugin);
        File.WriteAllText(Plugin, "");
        Assert.Null(plugins.TryFind("bridge"));
        File.SetUnixFileMode(Plugin, Runnable);
        Assert.Equal(Plugin, plugins.TryFind("bridge"));
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link"), Plugin);
        Assert.EndsWith("/link", plugins.TryFind("link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_WhileItIsReplaced_IsThereOrNot()
    {
        var plugins = new CniPlugins([_folder.FullName]);
        using var over = new CancellationTokenSource();
        var replacing = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                File.WriteAllText(Plugin, "");
                File.SetUnixFileMode(Plugin, Runnable);
                File.Delete(Plugin);
            }
        });
        for (var looks = 0; looks < 50_000; looks++)
        {
            plugins.TryFind("bridge");
        }

        await over.CancelAsync();
        await replacing;
    }
}
