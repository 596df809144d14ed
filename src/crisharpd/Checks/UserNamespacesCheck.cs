using System.Globalization;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>User namespaces can be made.</summary>
internal sealed class UserNamespacesCheck : ICheck
{
    private const string OwnNamespace = "/proc/self/ns/user";
    private const string LimitFile = "/proc/sys/user/max_user_namespaces";

    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CheckFinding>>(
        [Judge(File.Exists(OwnNamespace), File.Exists(LimitFile) ? File.ReadAllText(LimitFile) : "0")]);

    internal static CheckFinding Judge(bool hasKind, string limit) =>
        !hasKind ? CheckFinding.Warning("user namespaces", "this kernel has none (CONFIG_USER_NS): pods with hostUsers: false are refused")
        : long.TryParse(limit.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? CheckFinding.Ok("user namespaces", $"up to {most}")
        : CheckFinding.Warning("user namespaces", "none may be made here: raise the sysctl user.max_user_namespaces for pods with hostUsers: false");
}
