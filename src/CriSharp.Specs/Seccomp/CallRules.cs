using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

internal static class CallRules
{
    /// <summary>EPERM; errno(3) numbers are the same on every processor that there is a profile for.</summary>
    public const uint NotPermitted = 1;

    private const string AllowAction = "SCMP_ACT_ALLOW";
    private const string ErrnoAction = "SCMP_ACT_ERRNO";

    public static SpecSyscallRule Allow(params string[] names) => new() { Names = names, Action = AllowAction };

    public static SpecSyscallRule AllowIf(string name, SpecSyscallArgument first) => new() { Names = [name], Action = AllowAction, Args = [first] };

    public static SpecSyscallRule Refuse(string[] names) => new() { Names = names, Action = ErrnoAction, ErrnoRet = NotPermitted };

    public static SpecSyscallRule RefuseIf(string name, uint errno, SpecSyscallArgument first) =>
        new() { Names = [name], Action = ErrnoAction, ErrnoRet = errno, Args = [first] };

    /// <summary>The first argument, with only the bits of the mask, is this value.</summary>
    public static SpecSyscallArgument Masked(ulong mask, ulong value) => new() { Index = 0, Value = mask, ValueTwo = value, Op = "SCMP_CMP_MASKED_EQ" };
}
