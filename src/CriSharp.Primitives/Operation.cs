using System.Diagnostics;

namespace CriSharp.Primitives;

/// <summary>
/// Something long that is under way: what it is, for whom, at which stage, since when. The code that does it marks its stages without
/// being handed the operation: it is found through the flow of the calls.
/// </summary>
public sealed class Operation : IDisposable
{
    private static readonly AsyncLocal<Operation?> Ambient = new();

    private readonly Operations _owner;
    private readonly Operation? _outer;
    private readonly Activity? _trace;
    private volatile bool _hasEnded;
    private volatile OperationStage _stage;
    private WorkSpan? _stageSpan;

    internal Operation(Operations owner, string name, string id, string subject, ActivityContext cause)
    {
        (_owner, _outer, Name, Id, Subject) = (owner, Ambient.Value, name, id, subject);
        StartedAt = owner.Time.GetTimestamp();
        _stage = new OperationStage("begin", "", StartedAt);
        Request = RequestId.Current;
        _trace = WorkSpan.Source.StartActivity(name, ActivityKind.Internal, cause);
        _trace?.SetTag("crisharp.id", id).SetTag("crisharp.subject", subject).SetTag("crisharp.request", Request);
        Ambient.Value = this;
    }

    /// <summary>The verb, as the CRI calls it.</summary>
    public string Name { get; }

    /// <summary>Of the pod sandbox or container; "" where it is about something else.</summary>
    public string Id { get; }

    /// <summary>Whom it is about, in words.</summary>
    public string Subject { get; }

    /// <summary>Id of the call that it was begun for; null where it was for none.</summary>
    public string? Request { get; }

    /// <summary>Name of the stage that it is at: one of few.</summary>
    public string Stage => _stage.Name;

    /// <summary>The stage, with what differs from time to time.</summary>
    public string StageWords => _stage is { Particulars.Length: > 0 } stage ? $"{stage.Name} ({stage.Particulars})" : Stage;

    public TimeSpan Age => _owner.Time.GetElapsedTime(StartedAt);

    public TimeSpan StageAge => _owner.Time.GetElapsedTime(_stage.Since);

    internal long StartedAt { get; }

    /// <summary>The operation under way here goes on to its next stage. Does nothing outside of one.</summary>
    /// <param name="stage">One of few: metrics and traces tell them apart by it.</param>
    /// <param name="particulars">What differs from time to time, for people.</param>
    public static void At(string stage, string particulars = "") => Ambient.Value?.Enter(stage, particulars);

    /// <summary>A stage within the present one, until what is returned is disposed of: where the time really goes.</summary>
    public static IDisposable? Within(string detail)
    {
        if (Ambient.Value is not { _hasEnded: false } operation)
        {
            return null;
        }

        var outer = operation._stage;
        operation._stage = new OperationStage($"{outer.Name}: {detail}", outer.Particulars, operation._owner.Time.GetTimestamp());
        return new Detail(operation, outer, operation.Trace(detail));
    }

    /// <summary>A span of its own within the present stage of the operation under way here, for what goes on beside other things.</summary>
    /// <inheritdoc cref="WorkSpan.Begin"/>
    public static WorkSpan? Span(string name) => Ambient.Value is { _hasEnded: false } operation ? operation.Trace(name) : null;

    public override string ToString() => $"{Name} of {Subject} has been under way for {Age.TotalSeconds:0.#} s, for {StageAge.TotalSeconds:0.#} s at \"{StageWords}\"";

    public void Dispose()
    {
        _hasEnded = true;
        _owner.End(this);
        Interlocked.Exchange(ref _stageSpan, null)?.Dispose();
        _trace?.Dispose();
        Ambient.Value = _outer;
    }

    // What was begun within it and outlives it marks nothing any more.
    private void Enter(string stage, string particulars)
    {
        if (_hasEnded)
        {
            return;
        }

        _stage = new OperationStage(stage, particulars, _owner.Time.GetTimestamp());
        if (_trace is { IsAllDataRequested: true })
        {
            Interlocked.Exchange(ref _stageSpan, WorkSpan.Begin(stage, _trace.Context))?.Dispose();
        }

        _owner.OnStage?.Invoke(this);
    }

    private WorkSpan? Trace(string name) => _trace is { IsAllDataRequested: true } ? WorkSpan.Begin(name, _stageSpan?.Context ?? _trace.Context) : null;

    private sealed record OperationStage(string Name, string Particulars, long Since);

    private sealed class Detail(Operation operation, OperationStage outer, WorkSpan? span) : IDisposable
    {
        public void Dispose()
        {
            operation._stage = outer;
            span?.Dispose();
        }
    }
}
