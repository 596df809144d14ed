using System.CommandLine;
using CriSharp.Primitives;

namespace CriSharp.Ctl.CommandLine;

/// <summary>--label KEY=VALUE, as often as wanted.</summary>
internal static class LabelsOption
{
    public static Option<string[]> Create() => new("--label", "-l")
    {
        Description = "Only those with this label; may be given several times",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    public static Dictionary<string, string> Parse(IEnumerable<string> typed) =>
        typed.Select(Parse).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);

    public static KeyValuePair<string, string> Parse(string typed)
    {
        var equals = typed.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(typed[..equals], typed[(equals + 1)..])
            : throw new RuntimeException(ErrorKind.InvalidArgument, $"'{typed}' is not of the form KEY=VALUE");
    }
}
