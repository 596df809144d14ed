using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>memory_limit_in_bytes and memory_swap_limit_in_bytes; the latter counts memory and swap together, as the OCI's does.</summary>
internal static class MemoryLimits
{
    public const long Unlimited = -1;

    /// <summary>A kubelet that gives swap on cgroup v2 does so by this file.</summary>
    public const string SwapFile = "memory.swap.max";

    public static SpecMemory? Build(LinuxContainerResources asked, HostFacts host, long leastBytes)
    {
        Check(asked, leastBytes);
        var limit = asked.MemoryLimitInBytes;
        var swap = host.HasSwapAccounting ? Swap(asked) : null;
        return limit == 0 && swap is null ? null : new SpecMemory { Limit = limit == 0 ? null : limit, Swap = swap };
    }

    /// <inheritdoc cref="ResourcesUpdate.MemoryLimitOf"/>
    public static (string Words, long Bytes)? Of(LinuxContainerResources asked) =>
        asked.MemoryLimitInBytes > 0 ? ($"memory_limit_in_bytes {asked.MemoryLimitInBytes}", asked.MemoryLimitInBytes)
        : asked.Unified.TryGetValue(MemoryMax.Name, out var value) && MemoryMax.BytesOf(value) is { } bytes
            ? ($"unified: {MemoryMax.Name} {Refusal.Quote(value)}", bytes)
            : null;

    private static void Check(LinuxContainerResources asked, long leastBytes)
    {
        var limit = asked.MemoryLimitInBytes;
        var swap = asked.MemorySwapLimitInBytes;
        if (limit < Unlimited)
        {
            throw Refusal.Invalid($"memory_limit_in_bytes {limit} is negative: only -1, no limit, may be");
        }

        if (swap < Unlimited)
        {
            throw Refusal.Invalid($"memory_swap_limit_in_bytes {swap} is negative: only -1, no limit, may be");
        }

        if (Of(asked) is { } given && given.Bytes < leastBytes)
        {
            throw Refusal.Invalid(
                $"{given.Words} is too low: the OCI runtime itself needs some to start a container, {leastBytes} bytes at least (container_min_memory)");
        }

        if (swap > 0 && limit == Unlimited)
        {
            throw Refusal.Invalid($"memory_swap_limit_in_bytes {swap} is memory and swap together, and memory_limit_in_bytes is -1, no limit");
        }

        if (swap > 0 && swap < limit)
        {
            throw Refusal.Invalid($"memory_swap_limit_in_bytes {swap} is memory and swap together, and less than memory_limit_in_bytes {limit}");
        }
    }

    private static long? Swap(LinuxContainerResources asked) => (asked.MemoryLimitInBytes, asked.MemorySwapLimitInBytes) switch
    {
        // Without a limit of memory there is none of both together: the kubelet counts on its being passed over.
        (0, > 0) => null,
        (_, Unlimited) => Unlimited,
        (0, _) => null,
        // Unset, a limit of memory alone would be passed by as much swap again.
        (var limit, 0) => asked.Unified.ContainsKey(SwapFile) ? null : limit,
        (_, var swap) => swap,
    };
}
