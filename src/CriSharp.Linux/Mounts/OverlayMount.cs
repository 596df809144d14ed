using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Mounts;

/// <summary>
/// Mounts overlayfs: with fsconfig's "lowerdir+" where the kernel has it (6.5) and the paths are short enough for it, else by mount(2) with paths
/// relative to a common folder, since its options must fit in one page. https://docs.kernel.org/filesystems/overlayfs.html
/// </summary>
public static class OverlayMount
{
    /// <summary>The kernel's OVL_MAX_STACK.</summary>
    public const int LowerLimit = 500;

    private const int OptionsLimitBytes = 4095;

    /// <summary>fsconfig(2) takes a string of 256 bytes with its end, and says EINVAL to a longer one.</summary>
    private const int ValueLimitBytes = 255;

    /// <param name="lowers">Topmost first; at least one, none twice (ELOOP).</param>
    /// <param name="upper">null for a read-only mount, which needs two lowers.</param>
    /// <param name="work">Empty folder on the file system of the upper; null together with it.</param>
    /// <param name="options">More options, "name" or "name=value", the value as it is.</param>
    public static void Mount(IReadOnlyList<string> lowers, string? upper, string? work, string target, MountFlags flags = MountFlags.None, params IReadOnlyList<string> options)
    {
        if (lowers.Count is 0 or > LowerLimit)
        {
            throw new ArgumentException($"an overlay takes 1 to {LowerLimit} lower folders, not {lowers.Count}", nameof(lowers));
        }

        using var mount = TryCreate(lowers, upper, work, flags, options);
        if (mount is null)
        {
            MountClassic(lowers, upper, work, target, flags, options);
            return;
        }

        NewMount.MoveTo(mount, target);
    }

    /// <summary>
    /// The way before Linux 6.5: options of at most one page. The folders are named relative to their common parent,
    /// and where that is still too long by the numbers of their descriptors, with /proc/self/fd as working folder.
    /// </summary>
    internal static void MountClassic(IReadOnlyList<string> lowers, string? upper, string? work, string target, MountFlags flags, IReadOnlyList<string> options)
    {
        var common = CommonFolder(lowers);
        var text = ClassicOptions(lowers.Select(lower => lower[common.Length..]), upper, work, options);
        if (text.Length <= OptionsLimitBytes)
        {
            WorkingDirectoryThread.Run(common.Length == 0 ? "/" : common, () => Mounting.Classic("overlay", target, "overlay", (ulong)flags, text));
            return;
        }

        var folders = new List<SafeFileHandle>();
        try
        {
            folders.AddRange(lowers.Select(lower => HostPath.Open(lower, OpenFlags.PathOnly | OpenFlags.Directory)));
            var numbers = folders.Select(folder => folder.DangerousGetHandle().ToString(CultureInfo.InvariantCulture));
            var numbered = ClassicOptions(numbers, upper, work, options);
            WorkingDirectoryThread.Run("/proc/self/fd", () => Mounting.Classic("overlay", target, "overlay", (ulong)flags, numbered));
        }
        finally
        {
            folders.ForEach(folder => folder.Dispose());
        }
    }

    private static string ClassicOptions(IEnumerable<string> lowers, string? upper, string? work, IReadOnlyList<string> options)
    {
        var parts = new List<string>(options.Select(Mounting.QuotedOption)) { "lowerdir=" + string.Join(':', lowers.Select(Escape)) };
        if (upper is not null)
        {
            parts.Add("upperdir=" + Escape(upper));
            parts.Add("workdir=" + Escape(work!));
        }

        return string.Join(',', parts);
    }

    /// <returns>null when the kernel has no such API (before 5.2) or doesn't know "lowerdir+" (before 6.5: EINVAL for the first), or a path is too long for it.</returns>
    private static SafeFileHandle? TryCreate(IReadOnlyList<string> lowers, string? upper, string? work, MountFlags flags, IReadOnlyList<string> options)
    {
        string?[] folders = [.. lowers, upper, work];
        if (folders.Any(folder => folder is not null && Encoding.UTF8.GetByteCount(folder) > ValueLimitBytes))
        {
            return null;
        }

        using var mount = NewMount.TryOpen("overlay");
        if (mount is null || !mount.TrySet("lowerdir+", lowers[0]))
        {
            return null;
        }

        foreach (var lower in lowers.Skip(1))
        {
            mount.Set("lowerdir+", lower);
        }

        mount.Set("source", "overlay");

        if (upper is not null)
        {
            mount.Set("upperdir", upper);
            mount.Set("workdir", work!);
        }

        foreach (var option in options)
        {
            var separator = option.IndexOf('=', StringComparison.Ordinal);
            if (separator < 0)
            {
                mount.Set(option);
                continue;
            }

            mount.Set(option[..separator], option[(separator + 1)..]);
        }

        return mount.Create(flags);
    }

    /// <summary>The longest folder, with its slash, that all absolute paths lie in.</summary>
    private static string CommonFolder(IReadOnlyList<string> paths)
    {
        var common = paths[0];
        foreach (var path in paths)
        {
            common = common[..common.AsSpan().CommonPrefixLength(path)];
        }

        return common[..(common.LastIndexOf('/') + 1)];
    }

    /// <summary>The kernel splits at colons and commas unless they are escaped.</summary>
    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);
}
