using System.Buffers.Text;
using System.Text;

namespace CriSharp.Linux.Cgroups;

/// <summary>What a cgroup and all below it have moved to and from one block device since it was made. Null is what the kernel does not tell.</summary>
/// <param name="Reads">Operations; so <paramref name="Writes"/>.</param>
public readonly record struct DeviceTraffic(
    uint Major, uint Minor, ulong? ReadBytes, ulong? WrittenBytes, ulong? DiscardedBytes, ulong? Reads, ulong? Writes)
{
    /// <summary>A line of v1: "8:0 Read 4096". A last line "Total 4096" has no device.</summary>
    internal readonly record struct LegacyLine(uint Major, uint Minor, string Operation, ulong Value);

    /// <summary>"8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0", https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files</summary>
    internal static IReadOnlyList<DeviceTraffic> ParseUnified(ReadOnlySpan<byte> text)
    {
        var found = new List<DeviceTraffic>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (TryDevice(ref line, out var major, out var minor))
            {
                found.Add(new DeviceTraffic(
                    major, minor, Pair(line, "rbytes="u8), Pair(line, "wbytes="u8), Pair(line, "dbytes="u8), Pair(line, "rios="u8), Pair(line, "wios="u8)));
            }
        }

        return found;
    }

    /// <summary>https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html</summary>
    internal static IReadOnlyList<LegacyLine> ParseLegacy(ReadOnlySpan<byte> text)
    {
        var found = new List<LegacyLine>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (!TryDevice(ref line, out var major, out var minor) || line.IndexOf((byte)' ') is not (> 0 and var space) || CgroupText.Number(line[(space + 1)..]) is not { } value)
            {
                continue;
            }

            found.Add(new LegacyLine(major, minor, Encoding.ASCII.GetString(line[..space]), value));
        }

        return found;
    }

    internal static IReadOnlyList<DeviceTraffic> OfLegacy(IReadOnlyList<LegacyLine> bytes, IReadOnlyList<LegacyLine> operations)
    {
        static ulong? Of(IReadOnlyList<LegacyLine> lines, (uint Major, uint Minor) device, string operation)
        {
            foreach (var line in lines)
            {
                if ((line.Major, line.Minor) == device && line.Operation == operation)
                {
                    return line.Value;
                }
            }

            return null;
        }

        return
        [
            .. bytes.Concat(operations).Select(line => (line.Major, line.Minor)).Distinct().Select(device => new DeviceTraffic(
                device.Major,
                device.Minor,
                Of(bytes, device, "Read"),
                Of(bytes, device, "Write"),
                Of(bytes, device, "Discard"),
                Of(operations, device, "Read"),
                Of(operations, device, "Write"))),
        ];
    }

    /// <summary>Takes "8:0 " from the beginning.</summary>
    private static bool TryDevice(ref ReadOnlySpan<byte> line, out uint major, out uint minor)
    {
        minor = 0;
        if (!Utf8Parser.TryParse(line, out major, out int length) || length >= line.Length || line[length] != ':')
        {
            return false;
        }

        line = line[(length + 1)..];
        if (!Utf8Parser.TryParse(line, out minor, out length) || length >= line.Length || line[length] != ' ')
        {
            return false;
        }

        line = line[(length + 1)..];
        return true;
    }

    private static ulong? Pair(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key)
    {
        foreach (var range in line.Split((byte)' '))
        {
            if (line[range].StartsWith(key))
            {
                return CgroupText.Number(line[range][key.Length..]);
            }
        }

        return null;
    }
}
