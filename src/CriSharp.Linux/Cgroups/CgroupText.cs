using System.Buffers.Text;

namespace CriSharp.Linux.Cgroups;

/// <summary>The forms in which the kernel writes a cgroup's files. https://docs.kernel.org/admin-guide/cgroup-v2.html#interface-files</summary>
internal static class CgroupText
{
    /// <summary>v1 writes "no limit" as the most pages that it can count, in bytes, whatever a page is on this machine.</summary>
    private const ulong LegacyUnlimited = 1UL << 62;

    private const ulong NanosecondsPerMicrosecond = 1000;

    /// <summary>One number and the end of the line.</summary>
    /// <returns>Null: it is none, or one that 64 bits don't hold.</returns>
    public static ulong? Number(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)'\n');
        return Utf8Parser.TryParse(text, out ulong number, out var length) && length == text.Length ? number : null;
    }

    /// <returns>Null: "max", v1's number for it, or no number at all.</returns>
    public static ulong? Limit(ReadOnlySpan<byte> text) => Number(text) is { } limit and < LegacyUnlimited ? limit : null;

    /// <summary>A flat keyed file: "KEY VALUE" in each line.</summary>
    /// <returns>Null: no line has the key, or its value is no number.</returns>
    public static ulong? ValueOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key))
            {
                return Number(line[(key.Length + 1)..]);
            }
        }

        return null;
    }

    /// <summary>As <see cref="ValueOf"/>, of microseconds in nanoseconds.</summary>
    /// <returns>Null also for what 64 bits don't hold.</returns>
    public static ulong? MicrosecondsOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key) =>
        ValueOf(text, key) is { } value and <= ulong.MaxValue / NanosecondsPerMicrosecond ? value * NanosecondsPerMicrosecond : null;
}
