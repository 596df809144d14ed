using System.Buffers;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>The largest, memory.stat, has about 3 KiB.</summary>
    private const int UsageFileLimitBytes = 64 * 1024;

    private delegate T Parser<out T>(ReadOnlySpan<byte> text);

    /// <summary>
    /// What a cgroup has used, each file read once. It may vanish meanwhile, and a file may hold what nobody understands: that much is left out.
    /// On a hybrid host the pressure is v2's, all else v1's.
    /// </summary>
    public CgroupUsage UsageOf(CgroupPath path)
    {
        var usage = CgroupUsage.Unknown with { CpuNanoseconds = CpuOf(path) };
        if (Find("memory") is { } memory)
        {
            usage = memory.IsUnified ? WithMemory(usage, memory.DirectoryOf(path)) : WithLegacyMemory(usage, memory.DirectoryOf(path));
        }

        // Nothing of a cgroup that has gone; only what each file that is there tells of one that hasn't.
        if (!usage.IsKnown || Unified?.DirectoryOf(path) is not { } unified)
        {
            return usage;
        }

        return usage with
        {
            CpuPressure = Read(unified, "cpu.pressure", Pressure.Parse),
            MemoryPressure = Read(unified, "memory.pressure", Pressure.Parse),
            IoPressure = Read(unified, "io.pressure", Pressure.Parse),
        };
    }

    /// <summary>Tasks in a cgroup and in all below it.</summary>
    /// <returns>Null where it is not known.</returns>
    public ulong? TaskCountOf(CgroupPath path) => Find("pids") is { } hierarchy ? Read(hierarchy.DirectoryOf(path), "pids.current", CgroupText.Number) : null;

    // cpu.stat is in every cgroup of v2, also where the controller is off.
    private ulong? CpuOf(CgroupPath path) =>
        Find("cpuacct") is { } accounts ? Read(accounts.DirectoryOf(path), "cpuacct.usage", CgroupText.Number)
        : Unified is { } unified ? Read(unified.DirectoryOf(path), "cpu.stat", text => CgroupText.MicrosecondsOf(text, "usage_usec"u8))
        : null;

    private static CgroupUsage WithMemory(CgroupUsage usage, string directory) => usage with
    {
        MemoryBytes = Read(directory, "memory.current", CgroupText.Number),
        MemoryLimitBytes = Read(directory, "memory.max", CgroupText.Limit),
        Memory = Read(directory, "memory.stat", MemoryCounters.ParseUnified),
        SwapBytes = Read(directory, "memory.swap.current", CgroupText.Number),
        SwapLimitBytes = Read(directory, "memory.swap.max", CgroupText.Limit),
    };

    private static CgroupUsage WithLegacyMemory(CgroupUsage usage, string directory)
    {
        var counters = Read(directory, "memory.stat", MemoryCounters.ParseLegacy);
        var limit = Read(directory, "memory.limit_in_bytes", CgroupText.Limit);

        // v1 limits swap together with memory.
        var both = limit is null || counters.SwapBytes is null ? null : Read(directory, "memory.memsw.limit_in_bytes", CgroupText.Limit);
        return usage with
        {
            MemoryBytes = Read(directory, "memory.usage_in_bytes", CgroupText.Number),
            MemoryLimitBytes = limit,
            Memory = counters,
            SwapBytes = counters.SwapBytes,
            SwapLimitBytes = both >= limit ? both - limit : null,
        };
    }

    /// <returns>The default where the file has gone, can't be read, or is longer than any that the kernel writes.</returns>
    private static T? Read<T>(string directory, string name, Parser<T?> parse)
    {
        using var file = OpenAt2.TryOpen(Libc.CurrentDirectory, Path.Combine(directory, name), OpenFlags.ReadOnly | OpenFlags.NoFollow, mode: 0, resolve: 0, out _);
        if (file is null)
        {
            return default;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(UsageFileLimitBytes);
        try
        {
            return TryFill(file, buffer, out var length) ? parse(buffer.AsSpan(0, length)) : default;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryFill(SafeFileHandle file, Span<byte> buffer, out int length)
    {
        length = 0;
        try
        {
            for (int count; (count = FileDescriptor.Read(file, buffer[length..])) > 0; length += count)
            {
            }

            return length < buffer.Length;
        }
        catch (LinuxException)
        {
            // ENODEV: removed since it was opened; some files answer EOPNOTSUPP where the feature is switched off.
            return false;
        }
    }
}
