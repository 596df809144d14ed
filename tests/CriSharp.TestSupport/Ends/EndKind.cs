namespace CriSharp.TestSupport.Ends;

/// <summary>A way for a container to end, and what its runtime has to say about it.</summary>
/// <param name="Script">For busybox's sh, after the last line.</param>
/// <param name="SharesProcesses">The first process of a PID namespace can't kill itself: these see the host's processes.</param>
/// <param name="MemoryLimitBytes">0: none.</param>
public sealed record EndKind(string Script, int Code, string Reason, bool SharesProcesses = false, long MemoryLimitBytes = 0)
{
    /// <summary>More than half of it is what the runtime itself needs to start a process.</summary>
    private const long SmallMemoryBytes = 48L << 20;

    public static IReadOnlyList<EndKind> All { get; } =
    [
        new("exit 0", 0, "Completed"),
        new("exit 1", 1, "Error"),
        new("exec true", 0, "Completed"),
        new("exec false", 1, "Error"),
        new("exec dd if=/dev/zero of=/dev/null bs=256M count=1", 137, "OOMKilled", MemoryLimitBytes: SmallMemoryBytes),
        new("kill -KILL $$", 137, "Error", SharesProcesses: true),
        new("kill -SEGV $$", 139, "Error", SharesProcesses: true),
        new("kill -TERM $$", 143, "Error", SharesProcesses: true),
        new("exit 255", 255, "Error", SharesProcesses: true),
    ];
}
