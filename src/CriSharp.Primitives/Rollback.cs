namespace CriSharp.Primitives;

/// <summary>
/// Undo steps of a procedure that may fail at any line. Disposing without <see cref="Release"/> runs them in reverse order,
/// goes on after a failing one, and reports each failure. Each runs on a time limit of its own, never on the caller's cancelled token.
/// </summary>
/// <param name="stepLimit">How long one step may take. It is not shared: a slow step must not cost the others theirs.</param>
public sealed class Rollback(TimeSpan stepLimit, Action<string, Exception> reportFailure) : IAsyncDisposable
{
    private readonly Stack<Step> _steps = new();

    /// <param name="step">What is undone, in words for the log: "remove snapshot 1f2e".</param>
    /// <param name="undo">Must be idempotent: the thing may be half made or gone already.</param>
    public void Add(string step, Func<CancellationToken, ValueTask> undo) => _steps.Push(new Step(step, undo));

    public void Add(string step, Action undo) => Add(step, _ =>
    {
        undo();
        return ValueTask.CompletedTask;
    });

    /// <summary>The procedure succeeded: nothing is undone any more.</summary>
    public void Release() => _steps.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                await UndoAsync(step);
            }
            catch (Exception failure)
            {
                reportFailure(step.Name, failure);
            }
        }
    }

    private async Task UndoAsync(Step step)
    {
        using var limit = new CancellationTokenSource(stepLimit);
        try
        {
            Operation.At($"undo: {step.Name}");

            // A step that ignores its token is left behind, or nothing below it would ever be undone.
            await step.Undo(limit.Token).AsTask().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException cancelled) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"\"{step.Name}\" was not done within {stepLimit.TotalSeconds:0.###} s", cancelled);
        }
    }

    private sealed record Step(string Name, Func<CancellationToken, ValueTask> Undo);
}
