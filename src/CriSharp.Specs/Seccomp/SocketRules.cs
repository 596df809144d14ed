using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>
/// All address families but two, which are as if the kernel didn't have them. AF_VSOCK (40) has no namespace: it reaches the hypervisor, or
/// every virtual machine of the host. AF_ALG (38), the kernel's ciphers, has led to root more than once (CVE-2026-31431), and what uses it
/// has ciphers of its own. The kernel looks at the lower 32 bits of the argument only, and so must the filter.
/// </summary>
internal static class SocketRules
{
    private const uint FamilyNotSupported = 97;
    private const ulong Low32Bits = 0xffff_ffff;

    /// <summary>All of 0 to 63 but the two, as ranges with a common beginning: a filter has no "not" that looks at 32 bits.</summary>
    private static readonly (ulong First, ulong Count)[] Allowed = [(0, 32), (32, 4), (36, 2), (39, 1), (41, 1), (42, 2), (44, 4), (48, 16)];

    private static readonly ulong[] Refused = [38, 40];

    public static IEnumerable<SpecSyscallRule> All =>
    [
        .. Allowed.Select(range => CallRules.AllowIf("socket", CallRules.Masked(Low32Bits & ~(range.Count - 1), range.First))),
        .. Refused.Select(family => CallRules.RefuseIf("socket", FamilyNotSupported, CallRules.Masked(Low32Bits, family))),
    ];
}
