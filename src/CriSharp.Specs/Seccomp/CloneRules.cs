using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>
/// New processes and threads, but new namespaces only with CAP_SYS_ADMIN: a user namespace would give a process all capabilities over
/// parts of the kernel that it could not reach. clone3 has its flags in memory, where a filter can't see them: it is as if it were not
/// there, and C libraries then use clone. clone(2), namespaces(7)
/// </summary>
internal static class CloneRules
{
    private const string Administrator = "CAP_SYS_ADMIN";

    private static readonly ulong[] NamespaceFlags =
    [
        0x0002_0000, // CLONE_NEWNS
        0x0200_0000, // CLONE_NEWCGROUP
        0x0400_0000, // CLONE_NEWUTS
        0x0800_0000, // CLONE_NEWIPC
        0x1000_0000, // CLONE_NEWUSER
        0x2000_0000, // CLONE_NEWPID
        0x4000_0000, // CLONE_NEWNET
    ];

    public static IEnumerable<SpecSyscallRule> For(IReadOnlyCollection<string> capabilities)
    {
        if (capabilities.Contains(Administrator))
        {
            return [CallRules.Allow("clone", "clone3")];
        }

        var none = CallRules.Masked(NamespaceFlags.Aggregate(0UL, (all, flag) => all | flag), 0);
        return [CallRules.AllowIf("clone", none), .. NamespaceFlags.Select(flag => CallRules.RefuseIf("clone", CallRules.NotPermitted, CallRules.Masked(flag, flag)))];
    }
}
