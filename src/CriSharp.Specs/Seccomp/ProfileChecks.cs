using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>What no OCI runtime could make a filter of. All rules are looked at, also those that are for another host or other capabilities.</summary>
internal static class ProfileChecks
{
    private const uint LastArgument = 5;

    private static readonly string[] Actions =
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
    ];

    private static readonly string[] Comparisons =
        ["SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    private static readonly string[] Flags =
        ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    private static readonly string[] Architectures =
    [
        "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS",
        "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
        "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
    ];

    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static void Check(SeccompProfile profile)
    {
        if (profile.ListenerPath is { Length: > 0 } listener)
        {
            throw new FormatException($"\"listenerPath\" ({Refusal.Quote(listener)}) is not supported: no program of the host is asked about calls");
        }

        CheckAction(profile.DefaultAction);
        foreach (var flag in profile.Flags ?? [])
        {
            CheckName(flag, "flag", Flags);
        }

        string?[] map = [.. (profile.ArchMap ?? []).SelectMany(entry => (string?[])[entry?.Architecture, .. entry?.SubArchitectures ?? []])];
        foreach (var architecture in (string?[])[.. profile.Architectures ?? [], .. map])
        {
            CheckName(architecture, "architecture", Architectures);
        }

        foreach (var rule in profile.Syscalls ?? [])
        {
            CheckRule(rule);
        }
    }

    private static void CheckRule(SeccompProfileRule? rule)
    {
        if (rule is null)
        {
            throw new FormatException("a rule is null");
        }

        CheckAction(rule.Action);
        if (rule is { Name: { Length: > 0 } name, Names.Count: > 0 })
        {
            throw new FormatException($"a rule has both \"name\" ({Refusal.Quote(name)}) and \"names\": one of them");
        }

        if (rule is { Name: null or "", Names: null or { Count: 0 } } || (rule.Names ?? []).Any(string.IsNullOrEmpty))
        {
            throw new FormatException("a rule names no call");
        }

        foreach (var argument in rule.Args ?? [])
        {
            CheckName(argument?.Op, "comparison (\"op\")", Comparisons);
            if (argument!.Index > LastArgument)
            {
                throw new FormatException($"\"index\" {argument.Index} is no argument of a call: 0 to {LastArgument}");
            }
        }
    }

    private static void CheckAction(string action)
    {
        if (action == "SCMP_ACT_NOTIFY")
        {
            throw new FormatException("SCMP_ACT_NOTIFY is not supported: no program of the host is asked about calls");
        }

        CheckName(action, "action", Actions);
    }

    private static void CheckName(string? name, string what, string[] known)
    {
        if (name is null || !known.Contains(name))
        {
            throw new FormatException($"{Refusal.Quote(name ?? "null")} is no {what}: {known[0]}, {known[1]} ...");
        }
    }
}
