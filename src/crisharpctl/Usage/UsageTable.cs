using System.Globalization;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Usage;

/// <summary>What containers use, by two readings.</summary>
internal static class UsageTable
{
    public static Table Of(IEnumerable<ContainerUsage> before, IEnumerable<ContainerUsage> now)
    {
        var earlier = before.DistinctBy(one => one.Id).ToDictionary(one => one.Id);
        var table = new Table("CONTAINER", "NAME", "POD", "CPU %", "MEMORY", "READ", "WRITTEN", "DISK", "PIDS");
        var rows = now.Select(one => (Usage: one, Cpu: one.CpuPercentSince(earlier.GetValueOrDefault(one.Id))));
        foreach (var (one, cpu) in rows.OrderByDescending(row => row.Cpu).ThenBy(row => row.Usage.Name, StringComparer.Ordinal))
        {
            table.Add(
                ShortId.Of(one.Id),
                one.Name,
                one.Pod,
                cpu is { } percent ? percent.ToString("0.0", CultureInfo.InvariantCulture) : "",
                Bytes(one.MemoryBytes),
                Bytes(one.ReadBytes),
                Bytes(one.WrittenBytes),
                Bytes(one.DiskBytes),
                one.Processes is { } processes ? processes.ToString(CultureInfo.InvariantCulture) : "");
        }

        return table;
    }

    private static string Bytes(ulong? bytes) => bytes is { } known ? ByteSizes.Words(known) : "";
}
