using System.Globalization;
using System.Text.RegularExpressions;
using CriSharp.Daemon.Configuration;
using CriSharp.Linux;
using CriSharp.Linux.Files;

namespace CriSharp.Daemon.Checks;

/// <summary>The kernel's version, and openat2(2), by which every path in an image is opened.</summary>
internal sealed partial class KernelCheck : ICheck
{
    private const string ReleaseFile = "/proc/sys/kernel/osrelease";
    private static readonly (int, int) Least = (5, 6);

    /// <summary>mount_setattr (5.12) and cgroup.kill (5.14).</summary>
    private static readonly (int, int) Good = (5, 14);

    public async Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
        [Judge((await File.ReadAllTextAsync(ReleaseFile, cancellationToken)).Trim()), OpenAt2()];

    internal static CheckFinding Judge(string release)
    {
        if (Release().Match(release) is not { Success: true } match)
        {
            return CheckFinding.Warning("kernel", $"its version \"{release}\" is not understood");
        }

        var version = (Number(match.Groups[1]), Number(match.Groups[2]));
        return version.CompareTo(Least) < 0 ? CheckFinding.Error("kernel", $"Linux {release} is too old: 5.6 is needed")
            : version.CompareTo(Good) < 0 ? CheckFinding.Warning("kernel", $"Linux {release} has no recursive read-only mounts or can't kill a cgroup at once: 5.14 has both")
            : CheckFinding.Ok("kernel", $"Linux {release}");
    }

    /// <summary>A seccomp filter around the daemon may keep it from it as well.</summary>
    private static CheckFinding OpenAt2()
    {
        try
        {
            using var root = HostPath.TryOpen("/", OpenFlags.PathOnly);
            return CheckFinding.Ok("openat2", "works");
        }
        catch (LinuxException failure)
        {
            return CheckFinding.Error("openat2", $"does not work: {failure.Message}. Nothing in an image can be opened safely without it");
        }
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A([0-9]{1,4})\.([0-9]{1,4})")]
    private static partial Regex Release();
}
