using System.Globalization;

namespace CriSharp.Benchmarks.Measures;

/// <summary>What /proc tells of a process. proc(5)</summary>
internal static class ProcessFacts
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Resident, proportional and private memory in KiB.</summary>
    public static (long Resident, long Proportional, long Private) Memory(int pid)
    {
        var fields = File.ReadLines($"/proc/{pid}/smaps_rollup").Skip(1)
            .Select(line => line.Split((char[])[' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
        return (fields["Rss"], fields["Pss"], fields["Private_Clean"] + fields["Private_Dirty"]);
    }

    /// <summary>User and system time of the process itself.</summary>
    public static TimeSpan CpuTime(int pid)
    {
        var fields = StatFields(pid);
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    /// <summary>The same with that of its children that have ended and were waited for.</summary>
    public static TimeSpan CpuTimeWithChildren(int pid) =>
        TimeSpan.FromSeconds(StatFields(pid)[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond);

    /// <summary>Has <see cref="PeakBytes"/> begin anew.</summary>
    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    /// <summary>The most that was resident at once.</summary>
    public static long PeakBytes(int pid) =>
        1024 * long.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    public static int Parent(int pid) => int.Parse(StatFields(pid)[1], CultureInfo.InvariantCulture);

    // The command's name may hold spaces and parentheses: the fields begin behind the last one.
    private static string[] StatFields(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
