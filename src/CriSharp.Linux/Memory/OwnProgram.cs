using System.Globalization;

namespace CriSharp.Linux.Memory;

/// <summary>
/// The pages of the running program itself. What only its start has used of them stays in its memory otherwise until the machine is short of it.
/// They stay in the page cache, and those that are used again come back by themselves, sixteen at a time.
/// </summary>
public static class OwnProgram
{
    /// <summary>Lets go of all pages that are as they are in the file. madvise(2)</summary>
    /// <exception cref="IOException">It can't be told which these are.</exception>
    public static void GiveBackPages()
    {
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName;
        if (program is null)
        {
            return;
        }

        foreach (var (address, bytes) in Unchanged(File.ReadLines("/proc/self/smaps"), program))
        {
            // Advice: whoever can't follow it says so, and nothing has changed.
            _ = Libc.AdviseMemory(address, bytes, Libc.MADV_DONTNEED);
        }
    }

    /// <summary>The parts of a program that nobody can write, and nobody has written: relocated ones would lose what the loader put there. proc_pid_smaps(5)</summary>
    internal static IReadOnlyList<(nint Address, nuint Bytes)> Unchanged(IEnumerable<string> smaps, string program)
    {
        var parts = new List<(nint, nuint)>();
        var current = ((nint, nuint)?)null;
        foreach (var line in smaps)
        {
            if (TryRange(line, out var range))
            {
                var words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
                current = words is [_, "r-xp" or "r--p", _, _, _, var path] && path.Trim() == program ? range : null;
            }
            else if (current is { } part && line.StartsWith("Anonymous:", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "0", "kB"])
            {
                parts.Add(part);
            }
        }

        return parts;
    }

    // "55d43018e000-55d4301be000 r--p 00000000 fe:00 11673786   /usr/bin/crisharpd"
    private static bool TryRange(string line, out (nint Address, nuint Bytes) range)
    {
        range = default;
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || end <= dash
            || !nint.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var from)
            || !nint.TryParse(line.AsSpan(dash + 1, end - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var to))
        {
            return false;
        }

        range = (from, (nuint)(to - from));
        return true;
    }
}
