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

    public static int Parent(int pid) => int.Parse(StatFields(pid)[1], CultureInfo.InvariantCulture);

    // The command's name may hold spaces and parentheses: the fields begin behind the last one.
    private static string[] StatFields(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
