using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>overlayfs, which containers' root file systems are.</summary>
internal sealed class OverlayCheck : ICheck
{
    private const string FileSystems = "/proc/filesystems";

    public async Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
        [Judge(await File.ReadAllLinesAsync(FileSystems, cancellationToken))];

    internal static CheckFinding Judge(IEnumerable<string> fileSystems) => fileSystems.Any(line => line.Split('\t')[^1] == "overlay")
        ? CheckFinding.Ok("overlayfs", "is there")
        : CheckFinding.Warning("overlayfs", "is not loaded: modprobe overlay, and have it loaded at boot (/etc/modules-load.d)");
}
