using CriSharp.Linux.Cgroups;
using Xunit.Sdk;

namespace CriSharp.IntegrationTests.UserNamespaces;

/// <summary>The OCI runtimes of this machine that can give a pod a user namespace.</summary>
internal static class UserNamespaceRuntimes
{
    /// <summary>More of them, separated by colons.</summary>
    public const string Variable = "CRISHARP_USERNS_RUNTIMES";

    private static readonly string[] Usual = ["/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/bin/crun", "/usr/local/bin/crun"];

    /// <summary>Handler names and paths.</summary>
    public static IReadOnlyList<(string Name, string Path)> All { get; } = [.. Candidates().Where(path => CanMapMounts(path) && CanRunHere(path)).Select((path, number) => ($"{Path.GetFileName(path)}-{number}", path))];

    /// <summary>A program that tells of the feature has its name in it; asking it would need a process while tests are being found.</summary>
    public static bool CanMapMounts(string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().IndexOf("mountExtensions"u8) >= 0;

    /// <summary>crun wants cgroup v2.</summary>
    private static bool CanRunHere(string path) => Path.GetFileName(path) != "crun" || CgroupHierarchies.Detect().Mode == CgroupMode.V2;

    private static IEnumerable<string> Candidates() =>
        (Environment.GetEnvironmentVariable(Variable) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(Usual).Distinct();
}

/// <summary>Runs once for each of those runtimes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UserNamespaceTheoryAttribute : TheoryAttribute
{
    public UserNamespaceTheoryAttribute() => Skip = UserNamespaceRuntimes.All.Count > 0
        ? null
        : $"no OCI runtime here maps the ids of mounts (runc since 1.2, crun since 1.9): name one in ${UserNamespaceRuntimes.Variable}";
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class EachRuntimeAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) => UserNamespaceRuntimes.All.Select(runtime => new object[] { runtime.Name });
}
