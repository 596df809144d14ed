using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>What confines containers beside namespaces: seccomp, AppArmor, SELinux.</summary>
internal sealed class SecurityCheck : ICheck
{
    private const string StatusFile = "/proc/self/status";
    private const string AppArmorFile = "/sys/module/apparmor/parameters/enabled";
    private const string SelinuxFile = "/sys/fs/selinux/enforce";

    public async Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
    [
        Seccomp(await File.ReadAllTextAsync(StatusFile, cancellationToken)),
        CheckFinding.Ok("AppArmor", await TextAsync(AppArmorFile, cancellationToken) == "Y" ? "is on" : "is not on this host: pods that ask for a profile of theirs are refused"),
        CheckFinding.Ok("SELinux", await TextAsync(SelinuxFile, cancellationToken) switch
        {
            "1" => "enforces",
            "0" => "is permissive",
            _ => "is not on this host",
        }),
    ];

    internal static CheckFinding Seccomp(string status) => status.Contains("\nSeccomp:", StringComparison.Ordinal)
        ? CheckFinding.Ok("seccomp", "is there")
        : CheckFinding.Error("seccomp", "this kernel has none (CONFIG_SECCOMP_FILTER): pods with a profile, RuntimeDefault too, are refused");

    private static async Task<string?> TextAsync(string file, CancellationToken cancellationToken) =>
        File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : null;
}
