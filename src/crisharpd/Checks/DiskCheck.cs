using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Files;

namespace CriSharp.Daemon.Checks;

/// <summary>Room under the root, or where it will be.</summary>
internal sealed class DiskCheck : ICheck
{
    private const long LeastBytes = 1L << 30;
    private const long LeastInodes = 10_000;

    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CheckFinding>>(
        [
            Judge(options.Root, FileSystemSpace.Of(Nearest(options.Root))),
            .. options.HasSplitImageStore ? [Judge(options.ImageStore, FileSystemSpace.Of(Nearest(options.ImageStore)), "--imagestore")] : (CheckFinding[])[],
        ]);

    internal static CheckFinding Judge(string root, FileSystemSpace space, string flag = "--root")
    {
        var words = $"{space.AvailableBytes >> 20} MiB of {space.TotalBytes >> 20} MiB are free under {root}";
        return space.AvailableBytes < LeastBytes ? CheckFinding.Warning("disk", $"{words}: images need more; remove some, or give {flag} a larger file system")
            : space.TotalInodes > 0 && space.FreeInodes < LeastInodes ? CheckFinding.Warning("disk", $"{words}, but only {space.FreeInodes} inodes: a layer may have more files")
            : CheckFinding.Ok("disk", words);
    }

    internal static string Nearest(string path)
    {
        while (!Directory.Exists(path))
        {
            path = Path.GetDirectoryName(path) ?? "/";
        }

        return path;
    }
}
