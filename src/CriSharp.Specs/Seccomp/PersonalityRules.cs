using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>The usual ways to be run; others switch protections off or reach code that nobody uses. personality(2)</summary>
internal static class PersonalityRules
{
    private const ulong Low32Bits = 0xffff_ffff;

    private static readonly ulong[] Allowed =
    [
        0x0000_0000, // PER_LINUX
        0x0000_0008, // PER_LINUX32
        0x0002_0000, // UNAME26
        0x0002_0008, // PER_LINUX32 | UNAME26
        0xffff_ffff, // only asks
    ];

    public static IEnumerable<SpecSyscallRule> All => Allowed.Select(value => CallRules.AllowIf("personality", CallRules.Masked(Low32Bits, value)));
}
