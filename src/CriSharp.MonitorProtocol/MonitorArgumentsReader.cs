using System.Globalization;

namespace CriSharp.MonitorProtocol;

/// <summary>Reads conmon-sharp's command line; small, since every monitor carries it.</summary>
internal static class MonitorArgumentsReader
{
    public static MonitorArguments Read(IReadOnlyList<string> arguments)
    {
        string? id = null, bundle = null, runtime = null, pidFile = null, exitFile = null, socket = null, logPath = null, logDirectory = null;
        int logLineLimit = MonitorArguments.DefaultLogLineLimitBytes, report = 3, createTimeout = 240, execTimeout = 120;
        int? score = null;
        StreamOwnerIds? streamOwner = null;
        bool terminal = false, stdin = false, stdinOnce = false;
        List<string> runtimeArguments = [], cgroups = [];

        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i];
            switch (option)
            {
                case "--terminal": terminal = true; continue;
                case "--stdin": stdin = true; continue;
                case "--stdin-once": stdinOnce = true; continue;
            }

            if (++i == arguments.Count)
            {
                throw new FormatException($"option {option} is unknown or lacks its value");
            }

            var value = arguments[i];
            switch (option)
            {
                case "--id": id = value; break;
                case "--bundle": bundle = value; break;
                case "--runtime": runtime = value; break;
                case "--runtime-arg": runtimeArguments.Add(value); break;
                case "--pid-file": pidFile = value; break;
                case "--exit-file": exitFile = value; break;
                case "--socket": socket = value; break;
                case "--log-path": logPath = value.Length == 0 ? null : value; break;
                case "--log-directory": logDirectory = value; break;
                case "--log-line-limit": logLineLimit = Number(option, value, 1, MonitorArguments.MaximumLogLineLimitBytes); break;
                case "--report-fd": report = Number(option, value, -1, 1023); break;
                case "--monitor-cgroup": cgroups.Add(value); break;
                case "--stream-owner": streamOwner = Owner(option, value); break;
                case "--oom-score-adj": score = Number(option, value, -1000, 1000); break;
                case "--create-timeout": createTimeout = Number(option, value, 1, 24 * 3600); break;
                case "--exec-timeout": execTimeout = Number(option, value, 1, 24 * 3600); break;
                default: throw new FormatException($"option {option} is unknown");
            }
        }

        return new MonitorArguments
        {
            Id = Required("--id", id),
            Bundle = Required("--bundle", bundle),
            Runtime = Required("--runtime", runtime),
            RuntimeArguments = runtimeArguments,
            PidFile = Required("--pid-file", pidFile),
            ExitFile = Required("--exit-file", exitFile),
            Socket = Required("--socket", socket),
            LogPath = logPath,
            LogDirectory = logDirectory,
            LogLineLimitBytes = logLineLimit,
            ReportDescriptor = report,
            MonitorCgroups = cgroups,
            Terminal = terminal,
            Stdin = stdin,
            StdinOnce = stdinOnce,
            StreamOwner = streamOwner,
            OutOfMemoryScore = score,
            CreateTimeout = TimeSpan.FromSeconds(createTimeout),
            ExecTimeout = TimeSpan.FromSeconds(execTimeout),
        };
    }

    private static string Required(string option, string? value) =>
        string.IsNullOrEmpty(value) ? throw new FormatException($"option {option} is missing") : value;

    private static StreamOwnerIds Owner(string option, string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && uint.TryParse(value.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && uint.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            ? new StreamOwnerIds(user, group)
            : throw new FormatException($"option {option} wants USER:GROUP in numbers, not '{value}'");
    }

    private static int Number(string option, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"option {option} wants a number from {least} to {most}, not '{value}'");
}
