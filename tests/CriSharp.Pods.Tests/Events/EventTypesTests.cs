using CriSharp.Pods.Containers;
using CriSharp.Pods.Events;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Events;

public class EventTypesTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly ContainerState Created = new ContainerState.Created(Samples.Processes);
    private static readonly ContainerState Running = new ContainerState.Running(Samples.Processes, At);
    private static readonly ContainerState Lost = new ContainerState.Unknown(At, "why");
    private static readonly ContainerState Ended = Exited(At, ContainerEnd.Completed);
    private static readonly ContainerState EndedUnstarted = Exited(null, ContainerEnd.Error);
    private static readonly ContainerState NotStarted = Exited(null, ContainerEnd.StartError);
    private static readonly SandboxState Ready = new SandboxState.Ready([], null);
    private static readonly SandboxState Stopped = new SandboxState.Stopped(At, [], NetworkReleased: false);

    [Fact]
    public void Container_InAnOrdinaryLife_HasTheFourEvents() =>
        Assert.Equal("Created; Started; Stopped; Deleted", Story(starts: false, null, Created, Running, Ended, null));

    [Fact]
    public void Container_WhoseEndIsSeenBeforeItsBeginning_IsToldInOrder() =>
        Assert.Equal("Created; ; Started Stopped; Deleted", Story(starts: true, null, Created, EndedUnstarted, Ended, null));

    [Fact]
    public void Container_ThatCannotBeStarted_IsStoppedOnce()
    {
        Assert.Equal("Created; Stopped; Deleted", Story(starts: true, null, Created, NotStarted, null));
        Assert.Equal("Created; ; Stopped; Deleted", Story(starts: true, null, Created, EndedUnstarted, NotStarted, null));
    }

    [Fact]
    public void Container_ThatIsKilledBeforeItsStart_IsStopped() => Assert.Equal("Created; Stopped", Story(starts: false, null, Created, EndedUnstarted));

    [Fact]
    public void Container_ThatIsLost_IsToldOnceItsEndIsKnown() => Assert.Equal("; Stopped", Story(starts: false, Running, Lost, Ended));

    [Fact]
    public void Sandbox_IsStartedAtOnceAndStoppedOnce()
    {
        Assert.Equal("Created Started", Words(EventTypes.Of(null, Ready)));
        Assert.Equal("Stopped", Words(EventTypes.Of(Ready, Stopped)));
        Assert.Empty(EventTypes.Of(Stopped, Stopped));
        Assert.Equal("Deleted", Words(EventTypes.Of(Stopped, null)));
    }

    private static string Story(bool starts, params ContainerState?[] states) =>
        string.Join("; ", states.Zip(states.Skip(1)).Select(step => Words(EventTypes.Of(step.First, step.Second, starts))));

    private static string Words(IEnumerable<Cri.V1.ContainerEventType> types) =>
        string.Join(' ', types.Select(type => type.ToString().Replace("Container", "", StringComparison.Ordinal).Replace("Event", "", StringComparison.Ordinal)));

    private static ContainerState.Exited Exited(DateTimeOffset? startedAt, string reason) => new(startedAt, new ContainerEnd(0, reason, "", At));
}
