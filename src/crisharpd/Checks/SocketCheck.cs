using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>Who may reach the CRI's socket is root of the node: its folder is nobody else's to write to.</summary>
internal sealed class SocketCheck : ICheck
{
    private const UnixFileMode OthersWrite = UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(options.Listen)!;
        return Task.FromResult<IReadOnlyList<CheckFinding>>([Directory.Exists(folder) ? Judge(folder, File.GetUnixFileMode(folder)) : CheckFinding.Ok("socket", $"{folder} will be made")]);
    }

    internal static CheckFinding Judge(string folder, UnixFileMode mode) =>
        (mode & OthersWrite) == 0 ? CheckFinding.Ok("socket", $"{folder} is its owner's alone to write to")
        : mode.HasFlag(UnixFileMode.StickyBit) ? CheckFinding.Warning("socket", $"others may write to {folder}, and take the socket's name while no daemon runs: use a folder of root's")
        : CheckFinding.Error("socket", $"others may write to {folder} and put a socket of theirs in place of the daemon's: chmod go-w {folder}");
}
