using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Mounts;

/// <summary>
/// Mounts overlayfs: with fsconfig's "lowerdir+" where the kernel has it (6.5), else by mount(2) with paths relative to a common folder,
/// since its options must fit in one page. https://docs.kernel.org/filesystems/overlayfs.html
/// </summary>
public static class OverlayMount
{
    /// <summary>The kernel's OVL_MAX_STACK.</summary>
    public const int LowerLimit = 500;

    private const int OptionsLimitBytes = 4095;

    /// <param name="lowers">Topmost first; at least one, none twice (ELOOP).</param>
    /// <param name="upper">null for a read-only mount, which needs two lowers.</param>
    /// <param name="work">Empty folder on the file system of the upper; null together with it.</param>
    /// <param name="options">More options, "name" or "name=value".</param>
    public static void Mount(IReadOnlyList<string> lowers, string? upper, string? work, string target, MountFlags flags = MountFlags.None, params IReadOnlyList<string> options)
    {
        if (lowers.Count is 0 or > LowerLimit)
        {
            throw new ArgumentException($"an overlay takes 1 to {LowerLimit} lower folders, not {lowers.Count}", nameof(lowers));
        }

        SafeFileHandle mount;
        try
        {
            mount = Create(lowers, upper, work, flags, options);
        }
        catch (LinuxException failure) when (failure is { Call: "fsopen", ErrorNumber: Errno.ENOSYS } or { Call: "fsconfig", ErrorNumber: Errno.EINVAL })
        {
            // EINVAL: a kernel before 6.5 doesn't know "lowerdir+". Whatever else is wrong, the classic call says again.
            MountClassic(lowers, upper, work, target, flags, options);
            return;
        }

        using (mount)
        {
            NewMount.MoveTo(mount, target);
        }
    }

    /// <summary>The way before Linux 6.5: options of at most one page, shortened by naming folders relative to their common parent.</summary>
    internal static void MountClassic(IReadOnlyList<string> lowers, string? upper, string? work, string target, MountFlags flags, IReadOnlyList<string> options)
    {
        var common = CommonFolder([.. lowers, .. upper is null ? [] : new[] { upper }, .. work is null ? [] : new[] { work }]);
        string Short(string path) => Escape(common.Length == 0 ? path : path[common.Length..]);
        var parts = new List<string>(options) { "lowerdir=" + string.Join(':', lowers.Select(Short)) };
        if (upper is not null)
        {
            parts.Add("upperdir=" + Short(upper));
            parts.Add("workdir=" + Short(work!));
        }

        var text = string.Join(',', parts);
        if (text.Length > OptionsLimitBytes)
        {
            throw new LinuxException("mount", $"{target}: {lowers.Count} lower folders need {text.Length} bytes of options, more than this kernel takes", Errno.E2BIG);
        }

        WorkingDirectoryThread.Run(common.Length == 0 ? "/" : common, () => Mounting.Classic("overlay", target, "overlay", (ulong)flags, text));
    }

    private static SafeFileHandle Create(IReadOnlyList<string> lowers, string? upper, string? work, MountFlags flags, IReadOnlyList<string> options)
    {
        using var mount = new NewMount("overlay");
        mount.Set("source", "overlay");
        foreach (var lower in lowers)
        {
            mount.Set("lowerdir+", lower);
        }

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

    /// <summary>The longest folder, with its slash, that all absolute paths begin with.</summary>
    private static string CommonFolder(IReadOnlyList<string> paths)
    {
        var common = paths[0];
        foreach (var path in paths)
        {
            var length = common.AsSpan().CommonPrefixLength(path);
            common = common[..(common.AsSpan(0, length).LastIndexOf('/') + 1)];
        }

        return common;
    }

    /// <summary>The kernel splits at colons and commas unless they are escaped.</summary>
    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);
}
