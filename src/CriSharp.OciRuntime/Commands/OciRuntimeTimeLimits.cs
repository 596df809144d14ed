namespace CriSharp.OciRuntime.Commands;

/// <summary>After how long a verb of the OCI runtime is taken for hanging, and killed.</summary>
public sealed record OciRuntimeTimeLimits
{
    /// <summary>Of the monitor and the runtime's create together; null: the daemon's limit for all handlers.</summary>
    public TimeSpan? Create { get; init; }

    /// <summary>Runs the spec's hooks too.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromMinutes(2);

    public TimeSpan Kill { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>With force, runc itself waits up to 10 s for a killed init.</summary>
    public TimeSpan Delete { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan Update { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>state, features, --version.</summary>
    public TimeSpan Query { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Until the command of an exec runs; the monitor keeps it.</summary>
    public TimeSpan Exec { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The usual limits, none of them longer than this; those of start and exec are this one.</summary>
    public static OciRuntimeTimeLimits AtMost(TimeSpan limit)
    {
        var usual = new OciRuntimeTimeLimits();
        return new OciRuntimeTimeLimits
        {
            Start = limit,
            Kill = Shorter(usual.Kill, limit),
            Delete = Shorter(usual.Delete, limit),
            Update = Shorter(usual.Update, limit),
            Query = Shorter(usual.Query, limit),
            Exec = limit,
        };
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
