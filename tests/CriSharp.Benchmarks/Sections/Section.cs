namespace CriSharp.Benchmarks.Sections;

/// <summary>One thing that is measured.</summary>
internal abstract class Section
{
    public static IReadOnlyList<Section> All { get; } = [new MemorySection(), new PodSection(), new StopSection(), new ExecSection(), new LogSection(), new UnpackSection(), new RestartSection()];

    public abstract string Name { get; }

    public abstract Task RunAsync(Bench bench, Plan plan, CancellationToken cancellationToken);

    /// <summary>A command that lives until SIGTERM and then ends at once.</summary>
    protected static string[] Sleeper { get; } = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"];
}
