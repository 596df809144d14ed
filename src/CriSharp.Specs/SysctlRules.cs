namespace CriSharp.Specs;

/// <summary>
/// Which kernel parameters a pod may set: those that the kernel keeps per IPC or network namespace, and only where that namespace is
/// the pod's own. Names come in both spellings of sysctl(8), net.ipv4.ip_forward and net/ipv4/ip_forward.
/// </summary>
public static class SysctlRules
{
    /// <summary>Longer than any that the kernel has: each of its parts but an interface's name is fixed.</summary>
    private const int LongestName = 256;

    private const int LongestValue = 4096;

    private static readonly string[] IpcPrefixes = ["kernel/shm", "kernel/msg", "fs/mqueue/"];
    private static readonly string[] IpcNames = ["kernel/sem", "kernel/sem_next_id", "kernel/auto_msgmni"];

    /// <param name="sysctls">Null is none.</param>
    /// <returns>In the order of their paths.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: which one, and why it can't be set.</exception>
    public static IReadOnlyList<SysctlSetting> Validate(IEnumerable<KeyValuePair<string, string>>? sysctls, bool hostNetwork, bool hostIpc)
    {
        var settings = new SortedDictionary<string, SysctlSetting>(StringComparer.Ordinal);
        foreach (var (name, value) in sysctls ?? [])
        {
            var path = PathOf(name);
            CheckNamespace(name, path, hostNetwork, hostIpc);
            CheckValue(name, value);
            if (!settings.TryAdd(path, new SysctlSetting(name, path, value)))
            {
                throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} is given twice, in two spellings");
            }
        }

        return [.. settings.Values];
    }

    /// <summary>The first separator decides: after a dot, a slash stands for a dot in a name (net.ipv4.conf.eth0/100.forwarding).</summary>
    private static string PathOf(string name)
    {
        if (name.Length > LongestName)
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} has {name.Length} characters; {LongestName} is the limit");
        }

        var first = name.AsSpan().IndexOfAny('.', '/');
        if (first <= 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '_' or '-'))
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} is no name: letters, digits, '_' and '-', separated by '.' or '/'");
        }

        var path = name[first] == '/' ? name : string.Create(name.Length, name, Swap);
        if (path.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} is no name: it has an empty part, or one that leads elsewhere");
        }

        return path;
    }

    private static void Swap(Span<char> path, string name)
    {
        for (var i = 0; i < path.Length; i++)
        {
            path[i] = name[i] switch { '.' => '/', '/' => '.', var other => other };
        }
    }

    private static void CheckNamespace(string name, string path, bool hostNetwork, bool hostIpc)
    {
        var isNetwork = path.StartsWith("net/", StringComparison.Ordinal);
        var isIpc = IpcNames.Contains(path) || IpcPrefixes.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
        if (!isNetwork && !isIpc)
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} is not kept per pod by the kernel: only kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.* and net.* are");
        }

        if ((isNetwork && hostNetwork) || (isIpc && hostIpc))
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} would change the host: the pod shares the host's {(isNetwork ? "network" : "IPC")} namespace");
        }
    }

    /// <summary>Spaces and tabs separate numbers (kernel.sem); a '+' or '=' started a second setting in CVE-2022-0811.</summary>
    private static void CheckValue(string name, string value)
    {
        if (value.Length is 0 or > LongestValue || !value.All(c => c is (>= ' ' and < '\x7f' and not '+' and not '=') or '\t'))
        {
            throw Refusal.Invalid($"sysctl {Refusal.Quote(name)} has the value {Refusal.Quote(value)}: printable ASCII without '+' and '=' is wanted");
        }
    }
}

/// <param name="Name">As it was asked for.</param>
/// <param name="Path">Below /proc/sys, without a slash before it; it can't leave that folder.</param>
public sealed record SysctlSetting(string Name, string Path, string Value);
