using CriSharp.Oci;

namespace CriSharp.Specs.Seccomp;

/// <summary>
/// Whether a rule is for this container on this host. "includes": it has all of the capabilities, the host is one of the architectures and
/// its kernel that new. "excludes": it has none of the capabilities, and the host is neither.
/// </summary>
internal sealed class ProfileConditions(HostFacts host, IReadOnlyCollection<string> capabilities)
{
    /// <exception cref="FormatException">A version that is none, wherever it stands.</exception>
    public bool Apply(SeccompProfileRule rule) => IsIncluded(rule.Includes) & !IsExcluded(rule.Excludes);

    private bool IsIncluded(SeccompProfileCondition? condition)
    {
        if (condition is null)
        {
            return true;
        }

        var kernel = KernelOf(condition);
        return (condition.Caps ?? []).All(capabilities.Contains)
            && (condition.Arches is not { Count: > 0 } arches || arches.Contains(host.Architecture))
            && (kernel is null || host.Kernel >= kernel);
    }

    private bool IsExcluded(SeccompProfileCondition? condition)
    {
        if (condition is null)
        {
            return false;
        }

        var kernel = KernelOf(condition);
        return (condition.Caps ?? []).Any(capabilities.Contains)
            || (condition.Arches ?? []).Contains(host.Architecture)
            || (kernel is not null && host.Kernel >= kernel);
    }

    private static Version? KernelOf(SeccompProfileCondition condition)
    {
        if (condition.MinKernel is not { Length: > 0 } text)
        {
            return null;
        }

        return Version.TryParse(text, out var version)
            ? version
            : throw new FormatException($"\"minKernel\" {Refusal.Quote(text)} is no version of a kernel: \"4.8\"");
    }
}
