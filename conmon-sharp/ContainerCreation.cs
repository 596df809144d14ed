using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp;

/// <summary>How the OCI runtime's create went.</summary>
/// <param name="Pid">The container's init; 0 when there is none.</param>
/// <param name="Failure">Why there is none.</param>
internal readonly record struct CreationResult(int Pid, string? Failure);

/// <summary>
/// Runs the OCI runtime's create. It is given up when it takes too long, when nobody waits for the report any more, or on SIGTERM;
/// then whatever it has made is killed and deleted.
/// </summary>
internal sealed class ContainerCreation(MonitorLoop loop, MonitorArguments arguments, RuntimeCommands runtime, ContainerStreams streams)
{
    private static readonly TimeSpan DeleteTimeLimit = TimeSpan.FromSeconds(10);

    private ProcessExit? _ended;
    private string? _abort;

    /// <summary>To be called while <see cref="Run"/> waits.</summary>
    public void Abort(string reason) => _abort ??= reason;

    /// <summary>Waits for the end of create.</summary>
    public CreationResult Run()
    {
        loop.Children.BeginUnknown();
        var runtimePid = runtime.StartCreate(streams.ConsolePath, streams.ForRuntime());
        streams.CloseRuntimeEnds();
        loop.Children.Expect(runtimePid, exit => _ended = exit);
        var limit = loop.Deadlines.After(arguments.CreateTimeout, () => Abort($"the OCI runtime's create took longer than {arguments.CreateTimeout.TotalSeconds:0} s"));
        while (_ended is null && _abort is null)
        {
            loop.RunOnce();
        }

        loop.Deadlines.Cancel(limit);
        if (_abort is not null)
        {
            return Undo(_abort);
        }

        if (!_ended!.Value.IsSuccess)
        {
            var words = streams.FailureWords();
            return new CreationResult(0, words.Length > 0 ? words : $"the OCI runtime's create ended with {_ended} and said nothing");
        }

        try
        {
            var pid = SmallFile.ReadPid(arguments.PidFile);
            return loop.Children.Knows(pid)
                ? new CreationResult(pid, null)
                : Undo($"the OCI runtime named {pid} as the container's process, which is none below its monitor");
        }
        catch (IOException failure)
        {
            return Undo(failure.Message);
        }
    }

    /// <summary>Leaves nothing of a container that is made or half made.</summary>
    public CreationResult Undo(string reason)
    {
        var words = streams.FailureWords();
        var undone = Descendants.KillAll(loop) && Delete();
        File.Delete(arguments.PidFile);
        return new CreationResult(0, $"{reason}{(words.Length > 0 ? $"; it said: {words}" : "")}{(undone ? "" : "; not all of it could be removed")}");
    }

    private bool Delete()
    {
        ProcessExit? deleted = null;
        var late = false;
        var limit = loop.Deadlines.After(DeleteTimeLimit, () => late = true);
        loop.Children.Expect(runtime.StartDelete(), exit => deleted = exit);
        while (deleted is null && !late)
        {
            loop.RunOnce();
        }

        loop.Deadlines.Cancel(limit);
        return Descendants.KillAll(loop) && deleted is { IsSuccess: true };
    }
}
