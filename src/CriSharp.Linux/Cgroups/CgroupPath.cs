namespace CriSharp.Linux.Cgroups;

/// <summary>
/// A place in the cgroup hierarchies, relative to their mount points: "kubepods/burstable/pod1". The same path is used in every hierarchy.
/// Never leaves the mount point: no empty, "." or ".." parts, no control characters.
/// </summary>
public sealed record CgroupPath
{
    private const int LimitChars = 3072;
    private const int PartLimitChars = 255;
    private const string SliceSuffix = ".slice";

    private CgroupPath(string value) => Value = value;

    /// <summary>The mount point itself; nothing creates, kills or removes it.</summary>
    public static CgroupPath Root { get; } = new(string.Empty);

    /// <summary>Without slashes at its ends; empty for <see cref="Root"/>.</summary>
    public string Value { get; }

    public bool IsRoot => Value.Length == 0;

    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The root's parent is the root.</summary>
    public CgroupPath Parent => Value.LastIndexOf('/') is var slash and > 0 ? new CgroupPath(Value[..slash]) : Root;

    /// <summary>From the topmost part down to this path itself; empty for the root.</summary>
    public IEnumerable<CgroupPath> SelfAndAncestors()
    {
        for (var slash = Value.IndexOf('/'); slash >= 0; slash = Value.IndexOf('/', slash + 1))
        {
            yield return new CgroupPath(Value[..slash]);
        }

        if (!IsRoot)
        {
            yield return this;
        }
    }

    /// <summary>Slashes at the beginning and the end are taken and dropped, as Kubernetes writes "/kubepods/...".</summary>
    /// <exception cref="FormatException">The path is empty, too long or has a part that no cgroup may have.</exception>
    public static CgroupPath Parse(string text)
    {
        var value = text.Trim('/');
        if (value.Length is 0 or > LimitChars || !value.Split('/').All(IsPart))
        {
            throw new FormatException($"\"{text}\" is not the path of a cgroup");
        }

        return new CgroupPath(value);
    }

    /// <summary>
    /// Where systemd puts a slice: each dash in its name is one level, so "a-b.slice" lies at "a.slice/a-b.slice"; "-.slice" is the root.
    /// systemd.slice(5)
    /// </summary>
    /// <exception cref="FormatException">Not the name of a slice.</exception>
    public static CgroupPath FromSlice(string slice)
    {
        if (slice == "-.slice")
        {
            return Root;
        }

        var name = slice.EndsWith(SliceSuffix, StringComparison.Ordinal) ? slice[..^SliceSuffix.Length] : string.Empty;
        if (!IsPart(slice) || name.Split('-').Any(part => part.Length == 0))
        {
            throw new FormatException($"\"{slice}\" is not the name of a systemd slice");
        }

        var levels = Enumerable.Range(0, name.Length).Where(i => name[i] == '-').Append(name.Length);
        return Parse(string.Join('/', levels.Select(end => name[..end] + SliceSuffix)));
    }

    /// <exception cref="FormatException"><inheritdoc cref="Parse"/></exception>
    public CgroupPath Append(string relative) => Parse($"{Value}/{relative}");

    /// <returns>Null where it is no name that <see cref="Parse"/> would take.</returns>
    internal static CgroupPath? TryAppend(CgroupPath parent, string name) =>
        IsPart(name) && parent.Value.Length + name.Length < LimitChars ? new CgroupPath(parent.IsRoot ? name : $"{parent.Value}/{name}") : null;

    /// <summary>What the kernel says: a container may have named its nested cgroups in ways that we would not take from a caller.</summary>
    internal static CgroupPath FromKernel(string relative) => relative.Length == 0 ? Root : new CgroupPath(relative);

    public bool IsBelow(CgroupPath ancestor) =>
        !IsRoot && (ancestor.IsRoot || Value.StartsWith(ancestor.Value + '/', StringComparison.Ordinal));

    /// <summary>As /proc/PID/cgroup writes it: "/" first.</summary>
    public override string ToString() => '/' + Value;

    private static bool IsPart(string part) =>
        part.Length is > 0 and <= PartLimitChars
        && part is not ("." or "..")
        && !part.Any(character => char.IsControl(character) || character == '/');
}
