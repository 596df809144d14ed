using System.Text;

namespace ConmonSharp.Tests.Rig;

/// <summary>Looks through /proc.</summary>
internal static class MonitorProcesses
{
    /// <summary>Living processes that have these words in an argument.</summary>
    public static int[] WithArgument(string words) => [.. All().Where(pid => Read(pid, "cmdline").Contains(words, StringComparison.Ordinal))];

    public static bool IsAlive(int pid) => State(pid) is not (null or 'Z' or 'X');

    public static int[] ChildrenOf(int parent) => [.. All().Where(pid => Stat(pid) is { Length: > 1 } stat && int.Parse(stat[1]) == parent)];

    private static IEnumerable<int> All() =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(int.Parse!);

    private static char? State(int pid) => Stat(pid) is [{ Length: 1 } state, ..] ? state[0] : null;

    private static string[] Stat(int pid)
    {
        var stat = Read(pid, "stat");
        return stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
