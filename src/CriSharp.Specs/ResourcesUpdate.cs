using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs;

/// <summary>A change of limits while a container lives: what is in force afterwards, what the OCI runtime is told, and what would undo it.</summary>
public static class ResourcesUpdate
{
    /// <summary>What the kernel has where nobody has asked for anything.</summary>
    private const ulong UsualShares = 1024;

    private const ulong UsualPeriodMicroseconds = 100_000;

    private const string WeightFile = "cpu.weight";

    /// <summary>https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files</summary>
    private const string DeviceLimitsFile = "io.max";

    private const string NoDeviceLimits = "rbps=max wbps=max riops=max wiops=max";

    /// <summary>
    /// What is given replaces what was; zero and empty leave it as it is. oom_score_adj stays: processes have inherited theirs, and no OCI
    /// runtime changes it. Where there was no swap there is none afterwards.
    /// </summary>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: what is given is wrong. FailedPrecondition: this host can't change it.</exception>
    public static LinuxContainerResources Merge(LinuxContainerResources inForce, LinuxContainerResources asked, HostFacts host)
    {
        ResourcesSection.CheckOomScoreAdj(asked);
        RequireSameHugepages(inForce, asked, host);
        var merged = new LinuxContainerResources(inForce)
        {
            CpuPeriod = Either(asked.CpuPeriod, inForce.CpuPeriod),
            CpuQuota = Either(asked.CpuQuota, inForce.CpuQuota),
            CpuShares = Either(asked.CpuShares, inForce.CpuShares),
            MemoryLimitInBytes = Either(asked.MemoryLimitInBytes, inForce.MemoryLimitInBytes),
            MemorySwapLimitInBytes = Either(asked.MemorySwapLimitInBytes, SwapLeft(inForce, asked.MemoryLimitInBytes)),
            CpusetCpus = asked.CpusetCpus.Length > 0 ? asked.CpusetCpus : inForce.CpusetCpus,
            CpusetMems = asked.CpusetMems.Length > 0 ? asked.CpusetMems : inForce.CpusetMems,
        };
        foreach (var (file, value) in asked.Unified)
        {
            merged.Unified[file] = value;
        }

        return merged;
    }

    /// <summary>The limit of memory that is asked for, by its field or by its file among the unified ones.</summary>
    /// <returns>How it was said, and its bytes; null where there is none.</returns>
    public static (string Words, long Bytes)? MemoryLimitOf(LinuxContainerResources asked) => MemoryLimits.Of(asked);

    /// <inheritdoc cref="Merge"/>
    /// <param name="leastMemoryBytes"><see cref="ContainerDefaults.LeastMemoryBytes"/>.</param>
    /// <returns>For "update --resources" of the OCI runtime: every limit, since it forgets those that it isn't told again.</returns>
    public static SpecResources Build(LinuxContainerResources merged, HostFacts host, long leastMemoryBytes) =>
        ResourcesSection.Build(merged, null, host, leastMemoryBytes) with { HugepageLimits = null };

    /// <returns>What puts back the limits that there were: it names each that an update names, since a runtime leaves alone what is not said.</returns>
    /// <param name="earlier">What the OCI runtime was told before.</param>
    /// <param name="found">For what it was never told.</param>
    /// <exception cref="Primitives.RuntimeException">FailedPrecondition: a file of cgroup v2 is empty, and would not be so again.</exception>
    public static SpecResources Undo(SpecResources update, SpecResources earlier, LimitsFound found) => new()
    {
        Memory = update.Memory is not { } memory ? null : new SpecMemory
        {
            Limit = memory.Limit is null ? null : earlier.Memory?.Limit ?? MemoryLimits.Unlimited,
            Swap = memory.Swap is null ? null : earlier.Memory?.Swap ?? MemoryLimits.Unlimited,
        },
        Cpu = update.Cpu is not { } cpu ? null : new SpecCpu
        {
            Shares = cpu.Shares is null || WeightBefore(update, earlier, found) is not null ? null : earlier.Cpu?.Shares ?? UsualShares,
            Quota = cpu.Quota is null ? null : earlier.Cpu?.Quota ?? MemoryLimits.Unlimited,
            Period = cpu.Period is null ? null : earlier.Cpu?.Period ?? UsualPeriodMicroseconds,
            Cpus = cpu.Cpus is null ? null : earlier.Cpu?.Cpus ?? found.Cpus,
            Mems = cpu.Mems is null ? null : earlier.Cpu?.Mems ?? found.Mems,
        },
        Unified = UnifiedBefore(update, earlier, found),
    };

    /// <summary>Runtimes turn shares into a weight in two ways, old and new: none gives back what there was by itself.</summary>
    private static string? WeightBefore(SpecResources update, SpecResources earlier, LimitsFound found) =>
        update.Cpu?.Shares is not null && earlier.Cpu?.Shares is null ? found.Weight : null;

    private static SortedDictionary<string, string>? UnifiedBefore(SpecResources update, SpecResources earlier, LimitsFound found)
    {
        var before = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (WeightBefore(update, earlier, found) is { } weight)
        {
            before[WeightFile] = weight;
        }

        foreach (var (file, asked) in update.Unified ?? Enumerable.Empty<KeyValuePair<string, string>>())
        {
            if (FileBefore(file, asked, earlier.Unified?.GetValueOrDefault(file), found.Unified.GetValueOrDefault(file)) is { } value)
            {
                before[file] = value;
            }
        }

        return before.Count > 0 ? before : null;
    }

    /// <returns>Null: there is no such file, or its lines can't be written back.</returns>
    private static string? FileBefore(string file, string asked, string? told, string? now)
    {
        if (file == DeviceLimitsFile && now is not null)
        {
            return DeviceLimitsBefore(asked, now);
        }

        return told ?? now switch
        {
            "" => throw Refusal.Unmet($"unified {file} {Refusal.Quote(asked)} can't be given to a container that is there: the file is empty now, and nothing would make it so again"),
            { } before when !before.Contains('\n') => before,
            _ => null,
        };
    }

    /// <summary>The file tells a line for each device that has a limit, and takes one at a time.</summary>
    private static string? DeviceLimitsBefore(string asked, string now) => asked.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var device, ..]
        ? now.Split('\n').FirstOrDefault(line => line.StartsWith(device + ' ', StringComparison.Ordinal)) ?? $"{device} {NoDeviceLimits}"
        : null;

    private static long Either(long asked, long inForce) => asked != 0 ? asked : inForce;

    private static long SwapLeft(LinuxContainerResources inForce, long newLimit)
    {
        var hadNone = inForce.MemorySwapLimitInBytes > 0 && inForce.MemorySwapLimitInBytes == inForce.MemoryLimitInBytes;
        return newLimit != 0 && hadNone ? newLimit : inForce.MemorySwapLimitInBytes;
    }

    /// <summary>The kubelet repeats them in every update; OCI runtimes pass over them without a word.</summary>
    private static void RequireSameHugepages(LinuxContainerResources inForce, LinuxContainerResources asked, HostFacts host)
    {
        if (HugepageLimits.Build(asked, host) is not { } limits)
        {
            return;
        }

        var now = HugepageLimits.Build(inForce, host) ?? [];
        if (limits.FirstOrDefault(limit => !now.Contains(limit)) is { } changed)
        {
            throw Refusal.Unmet($"hugepage_limits {changed.PageSize} {changed.Limit} can't be given to a container that is there: it keeps those that it was made with");
        }
    }
}

/// <summary>What a container's cgroup has before an update, where the OCI runtime was told nothing: what it has from its parent.</summary>
/// <param name="Cpus">Null: not known.</param>
/// <param name="Mems">Null: not known.</param>
/// <param name="Weight">cpu.weight of v2; null under v1.</param>
/// <param name="Unified">By file, for those that are there; "" and several lines are what some tell.</param>
public sealed record LimitsFound(string? Cpus, string? Mems, string? Weight, IReadOnlyDictionary<string, string> Unified);
