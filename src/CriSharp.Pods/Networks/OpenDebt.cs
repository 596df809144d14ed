using System.Diagnostics;

namespace CriSharp.Pods.Networks;

/// <summary>A debt in memory: what is known of it, replaced whole, and the two moments that others wait for.</summary>
internal sealed class OpenDebt(NetworkDebt facts)
{
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile NetworkDebt _facts = facts;

    public NetworkDebt Facts => _facts;

    /// <summary>What its first try is traced below.</summary>
    public ActivityContext Cause { get; } = Activity.Current?.Context ?? default;

    /// <summary>The first try of this daemon has ended, well or not.</summary>
    public Task Tried => _tried.Task;

    /// <summary>Whoever stops the pod waits for this and no longer: the end of the first try, or of the patience with it.</summary>
    public Task Patience { get; set; } = Task.CompletedTask;

    /// <summary>The work on it, until it is paid.</summary>
    public Task Paying { get; set; } = Task.CompletedTask;

    /// <summary>Something went wrong: it is not just a pod that is being stopped.</summary>
    public bool IsOverdue => Facts.LastWords.Length > 0;

    public void Say(string words) => _facts = _facts with { LastWords = words };

    public void Fail(string words) => _facts = _facts with { LastWords = words, Tries = _facts.Tries + 1 };

    public void EndTry() => _tried.TrySetResult();
}
