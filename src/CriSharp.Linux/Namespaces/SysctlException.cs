namespace CriSharp.Linux.Namespaces;

/// <summary>The kernel does not let a parameter of new namespaces have a value.</summary>
public sealed class SysctlException(string name, string value, LinuxException refusal) : IOException($"sysctl {name}: {refusal.Message}", refusal)
{
    /// <summary>As it was asked for.</summary>
    public string Name { get; } = name;

    public string Value { get; } = value;

    /// <summary>A value of <see cref="Errno"/>. ENOENT: these namespaces have no such parameter; EINVAL: it does not take the value; EACCES: it can only be read.</summary>
    public int ErrorNumber { get; } = refusal.ErrorNumber;
}
