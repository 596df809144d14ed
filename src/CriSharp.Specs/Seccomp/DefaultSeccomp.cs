using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>
/// RuntimeDefault: the calls of Linux up to 6.18 that programs need, those of a capability to who has it. Two answers stand for no. EPERM
/// is for what is known and refused, as the kernel says it to who lacks the privilege. ENOSYS is for all else, that is for calls newer than
/// this table or than the library that compiles it: C libraries try the newest call first and go back to an older one on ENOSYS only, so
/// that EPERM would break programs on every kernel that has a new one.
/// </summary>
internal static class DefaultSeccomp
{
    private const uint NotImplemented = 38;

    public static SpecSeccomp Build(string architecture, IReadOnlyCollection<string> capabilities)
    {
        string[] allowed =
        [
            .. FileCalls.Names, .. ProcessCalls.Names, .. MemoryCalls.Names, .. MessageCalls.Names, .. TimeCalls.Names,
            .. ArchitectureCalls.AllowedOn(architecture), .. GuardedCalls.OpenTo(capabilities),
        ];
        string[] refused = [.. RefusedCalls.Names, .. GuardedCalls.ClosedTo(capabilities)];
        return new SpecSeccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            DefaultErrnoRet = NotImplemented,
            Architectures = ArchitectureCalls.WaysInto(architecture),
            Syscalls =
            [
                CallRules.Allow([.. allowed.Order(StringComparer.Ordinal)]),
                CallRules.Refuse([.. refused.Order(StringComparer.Ordinal)]),
                .. CloneRules.For(capabilities),
                .. SocketRules.All,
                .. PersonalityRules.All,
            ],
        };
    }
}
