namespace CriSharp.Linux.Namespaces;

/// <summary>
/// A kernel parameter by name. Both spellings of sysctl(8) are taken: the first of '.' and '/' in the name is the separator, and
/// the other one then stands for a dot inside a component ("net.ipv4.conf.eth0/100.forwarding").
/// </summary>
public sealed record SysctlName
{
    private const int LimitChars = 256;

    private SysctlName(string relativePath) => RelativePath = relativePath;

    /// <summary>Below /proc/sys: "net/ipv4/ip_forward".</summary>
    public string RelativePath { get; }

    /// <exception cref="FormatException">A name that leaves /proc/sys, is empty in parts or holds anything but letters, digits, '_', '-' and dots.</exception>
    public static SysctlName Parse(string name)
    {
        var separator = name.AsSpan().IndexOfAny('.', '/');
        var path = separator >= 0 && name[separator] == '.' ? string.Create(name.Length, name, SwapSeparators) : name;
        if (path.Length is 0 or > LimitChars || !path.Split('/').All(IsComponent))
        {
            throw new FormatException($"\"{name}\" is not the name of a sysctl");
        }

        return new SysctlName(path);
    }

    public override string ToString() => RelativePath;

    private static void SwapSeparators(Span<char> path, string name)
    {
        for (var i = 0; i < path.Length; i++)
        {
            path[i] = name[i] switch
            {
                '.' => '/',
                '/' => '.',
                var other => other,
            };
        }
    }

    private static bool IsComponent(string component) =>
        component.Length > 0
        && component is not ("." or "..")
        && component.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');
}
