using System.Globalization;

namespace CriSharp.MonitorProtocol;

/// <summary>
/// The command line of conmon-sharp: built by the daemon (<see cref="ToArguments"/>), read by the monitor (<see cref="Parse"/>).
/// Every path is absolute.
/// </summary>
public sealed record MonitorArguments
{
    public const int DefaultLogLineLimitBytes = 16 * 1024;
    public const int MaximumLogLineLimitBytes = 32 * 1024;

    /// <summary>The container's id, as the OCI runtime knows it.</summary>
    public required string Id { get; init; }

    /// <summary>Folder with config.json.</summary>
    public required string Bundle { get; init; }

    /// <summary>The OCI runtime's program.</summary>
    public required string Runtime { get; init; }

    /// <summary>Placed before the verb: --root R, --systemd-cgroup, --log F ...</summary>
    public IReadOnlyList<string> RuntimeArguments { get; init; } = [];

    /// <summary>Where the OCI runtime writes the pid of the container's init.</summary>
    public required string PidFile { get; init; }

    /// <summary>Where the <see cref="ExitRecord"/> is written; its folder must exist.</summary>
    public required string ExitFile { get; init; }

    /// <summary>AF_UNIX SOCK_SEQPACKET socket that the monitor listens on.</summary>
    public required string Socket { get; init; }

    /// <summary>The CRI log file; null: output is read and dropped.</summary>
    public string? LogPath { get; init; }

    /// <summary>A folder above the log: below it no link is followed. Null: only the log itself must be none.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Longer lines are split into partial ones. Up to <see cref="MaximumLogLineLimitBytes"/>.</summary>
    public int LogLineLimitBytes { get; init; } = DefaultLogLineLimitBytes;

    /// <summary>Descriptor of the pipe that gets one <see cref="LaunchReport"/> line; -1: nobody asks.</summary>
    public int ReportDescriptor { get; init; } = 3;

    /// <summary>cgroup folders, one per hierarchy, that the monitor moves itself into before it starts anything.</summary>
    public IReadOnlyList<string> MonitorCgroups { get; init; } = [];

    /// <summary>The container has a terminal: one stream, from a console socket.</summary>
    public bool Terminal { get; init; }

    /// <summary>The container's standard input is a pipe held open by the monitor; else it is /dev/null.</summary>
    public bool Stdin { get; init; }

    /// <summary>Standard input is closed when its first client goes.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Who the container's pipes belong to; null: the monitor's own user.</summary>
    public StreamOwnerIds? StreamOwner { get; init; }

    /// <summary>oom_score_adj of the monitor itself, -1000 to 1000; clamped where the kernel refuses. Null: inherited.</summary>
    public int? OutOfMemoryScore { get; init; }

    /// <summary>The OCI runtime's create is killed after this long.</summary>
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>The OCI runtime's exec is killed when the command does not run after this long.</summary>
    public TimeSpan ExecTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The arguments after the program's name.</summary>
    public IReadOnlyList<string> ToArguments()
    {
        var arguments = new List<string>
        {
            "--id", Id, "--bundle", Bundle, "--runtime", Runtime, "--pid-file", PidFile, "--exit-file", ExitFile, "--socket", Socket,
            "--log-line-limit", Text(LogLineLimitBytes), "--report-fd", Text(ReportDescriptor),
            "--create-timeout", Text((int)Math.Ceiling(CreateTimeout.TotalSeconds)),
            "--exec-timeout", Text((int)Math.Ceiling(ExecTimeout.TotalSeconds)),
        };
        AddEach(arguments, "--runtime-arg", RuntimeArguments);
        AddEach(arguments, "--monitor-cgroup", MonitorCgroups);
        if (LogPath is not null)
        {
            arguments.AddRange(["--log-path", LogPath]);
        }

        if (LogDirectory is not null)
        {
            arguments.AddRange(["--log-directory", LogDirectory]);
        }

        if (StreamOwner is { } owner)
        {
            arguments.AddRange(["--stream-owner", $"{owner.UserId}:{owner.GroupId}"]);
        }

        if (OutOfMemoryScore is { } score)
        {
            arguments.AddRange(["--oom-score-adj", Text(score)]);
        }

        AddSwitch(arguments, "--terminal", Terminal);
        AddSwitch(arguments, "--stdin", Stdin);
        AddSwitch(arguments, "--stdin-once", StdinOnce);
        return arguments;
    }

    /// <param name="arguments">Without the program's name.</param>
    /// <exception cref="FormatException">Unknown option, missing value, a required option absent, a number out of range.</exception>
    public static MonitorArguments Parse(IReadOnlyList<string> arguments) => MonitorArgumentsReader.Read(arguments);

    private static void AddEach(List<string> arguments, string option, IReadOnlyList<string> values)
    {
        foreach (var value in values)
        {
            arguments.Add(option);
            arguments.Add(value);
        }
    }

    private static void AddSwitch(List<string> arguments, string option, bool on)
    {
        if (on)
        {
            arguments.Add(option);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Numbers as the host has them.</summary>
public readonly record struct StreamOwnerIds(uint UserId, uint GroupId);
