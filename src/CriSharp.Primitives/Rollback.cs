namespace CriSharp.Primitives;

/// <summary>
/// Undo steps of a procedure that may fail at any line. Disposing without <see cref="Release"/> runs them in reverse order,
/// goes on after a failing one, and reports each failure. Runs on its own time limit, never on the caller's cancelled token.
/// </summary>
public sealed class Rollback(TimeSpan timeLimit, Action<string, Exception> reportFailure) : IAsyncDisposable
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
        if (_steps.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(timeLimit);
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step.Undo(limit.Token);
            }
            catch (Exception failure)
            {
                reportFailure(step.Name, failure);
            }
        }
    }

    private sealed record Step(string Name, Func<CancellationToken, ValueTask> Undo);
}
