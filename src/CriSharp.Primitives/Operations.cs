using System.Collections.Concurrent;
using System.Diagnostics;

namespace CriSharp.Primitives;

/// <summary>The operations under way, for error messages and for people who ask why something takes its time.</summary>
public sealed class Operations(TimeProvider time)
{
    private readonly ConcurrentDictionary<Operation, byte> _running = new();

    public TimeProvider Time { get; } = time;

    /// <summary>Called when an operation enters a stage, before what the stage is about: what it throws is the stage's failure.</summary>
    public Action<Operation>? OnStage { get; init; }

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Operation> List() => [.. _running.Keys.OrderBy(operation => operation.StartedAt)];

    /// <param name="name">The verb, as the CRI calls it.</param>
    /// <param name="id">Of the pod sandbox or container; "" where it is about something else.</param>
    /// <param name="subject">Whom it is about, in words.</param>
    /// <param name="cause">What it is traced below, where it does not run in the flow of that.</param>
    /// <returns>Under way until it is disposed of.</returns>
    public Operation Begin(string name, string id, string subject, ActivityContext cause = default)
    {
        var operation = new Operation(this, name, id, subject, cause);
        _running[operation] = 0;
        return operation;
    }

    /// <summary>What is under way for someone, in words; null when nothing is.</summary>
    public string? Describe(string name, string subject) =>
        _running.Keys.FirstOrDefault(operation => operation.Name == name && operation.Subject == subject)?.ToString();

    /// <summary>Waits for work that goes on without its caller, and tells one that leaves how far it is.</summary>
    /// <exception cref="AbandonedWaitException">The caller's token fired first.</exception>
    public async Task<T> ExplainAsync<T>(Task<T> work, string name, string subject)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException gone) when (gone is not AbandonedWaitException && Describe(name, subject) is { } stage)
        {
            throw new AbandonedWaitException($"{stage}; it goes on, and the same request again joins it", gone);
        }
    }

    internal void End(Operation operation) => _running.TryRemove(operation, out _);
}

/// <summary>A caller stopped waiting; the message says for what, and how far it is.</summary>
public sealed class AbandonedWaitException(string message, OperationCanceledException cause)
    : OperationCanceledException(message, cause, cause.CancellationToken);
