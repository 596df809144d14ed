using System.Collections.Concurrent;
using CriSharp.Cni;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Networks;

/// <summary>
/// Owes the network its DELs, so that no plugin keeps a pod from ending. Each is durable before the sandbox is said to be stopped, is tried
/// at once, and after a failure again and again with growing pauses, for ever, also by later daemons and after a reboot.
/// <code>
///  sandboxes/ID/network ──Owe──► network-debts/ID ──DEL──► namespace unpinned ──► (gone)
/// </code>
/// </summary>
public sealed partial class NetworkDebts(PodsOptions options, SandboxNetwork network, Operations operations, ILogger<NetworkDebts> logger) : IIdOwner, IAsyncDisposable
{
    private const int RetriesAtOnce = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly NetworkDebtFolders _folders = new(options.Folders);
    private readonly ConcurrentDictionary<PodSandboxId, OpenDebt> _open = new();
    private readonly SemaphoreSlim _retrying = new(RetriesAtOnce);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _opening = new();

    /// <summary>Those with which something went wrong, oldest first; a pod that is just being stopped is none yet.</summary>
    public IReadOnlyList<NetworkDebt> All => [.. _open.Values.Where(debt => debt.IsOverdue).Select(debt => debt.Facts).OrderBy(debt => debt.Since)];

    public int Count => _open.Values.Count(debt => debt.IsOverdue);

    /// <summary>Takes the sandbox's attachment over, durable, and begins to pay; not attached: fine. Idempotent.</summary>
    internal void Owe(PodSandboxRecord record)
    {
        _folders.Take(record.Id);
        if (IsOwed(record.Id))
        {
            Open(new NetworkDebt(record.Id, $"{record.Key.Namespace}/{record.Key.Name}", options.Time.GetUtcNow(), 0, ""), isRetry: false);
        }
    }

    /// <summary>The sandbox's network namespace is not its own any more.</summary>
    internal bool IsOwed(PodSandboxId id) => _folders.Has(id);

    /// <inheritdoc/>
    public bool Owns(string id) => PodSandboxId.TryParse(id) is { } sandbox && IsOwed(sandbox);

    /// <summary>Completes when DEL was tried once, well or not, or when the patience with it is over. Never fails but by the token.</summary>
    internal Task WaitAsync(PodSandboxId id, CancellationToken cancellationToken) =>
        _open.TryGetValue(id, out var debt) ? debt.Patience.WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>What earlier daemons owed. Returns at once; they are paid in the background.</summary>
    internal void TakeUp()
    {
        _folders.Prepare();
        foreach (var id in _folders.List().ToArray())
        {
            var story = _folders.TryRead(id);
            Open(new NetworkDebt(id, PodOf(id), story?.Since ?? _folders.CameAt(id), story?.Tries ?? 0, story?.LastWords ?? "the daemon was started again before it was paid"), isRetry: true);
        }

        if (!_open.IsEmpty)
        {
            TakenUp(logger, _open.Count);
        }
    }

    /// <summary>What is not paid stays owed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_open.Values.Select(debt => debt.Paying)), Task.Delay(EndLimit));
    }

    private void Open(NetworkDebt facts, bool isRetry)
    {
        lock (_opening)
        {
            var debt = new OpenDebt(facts);
            if (_open.TryAdd(facts.Sandbox, debt))
            {
                debt.Patience = isRetry ? Task.CompletedTask : WaitForFirstTryAsync(debt);

                // An operation of its own: the one that owes may end before it.
                using (ExecutionContext.SuppressFlow())
                {
                    debt.Paying = Task.Run(() => PayAsync(debt, isRetry));
                }
            }
        }
    }

    private string PodOf(PodSandboxId id)
    {
        try
        {
            return SandboxNetwork.TryReadPod(_folders.PathOf(id)) is { } pod ? $"{pod.Namespace}/{pod.Name}" : "";
        }
        catch (RuntimeException)
        {
            // Damaged: the try that follows says so.
            return "";
        }
    }

    private async Task WaitForFirstTryAsync(OpenDebt debt)
    {
        try
        {
            await debt.Tried.WaitAsync(options.NetworkDelLimit, options.Time);
        }
        catch (TimeoutException)
        {
            debt.Say($"the network's plugins have not ended at DEL within {options.NetworkDelLimit.TotalSeconds:0.###} s");
            TakesLong(logger, debt.Facts.Sandbox, debt.Facts.Pod, options.NetworkDelLimit.TotalSeconds);
        }
    }

    private async Task PayAsync(OpenDebt debt, bool isRetry)
    {
        try
        {
            for (var tries = 1; !await TryOnceAsync(debt, tries, isRetry || tries > 1); tries++)
            {
                await Task.Delay(PauseAfter(tries), options.Time, _ending.Token);
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // The next daemon takes it up.
        }

        _open.TryRemove(debt.Facts.Sandbox, out _);
        debt.EndTry();
    }

    /// <returns>False: it is to be tried again.</returns>
    private async Task<bool> TryOnceAsync(OpenDebt debt, int tries, bool isRetry)
    {
        // A node whose network agent is away may owe hundreds: they must not all call it at once. Pods being stopped don't queue behind them.
        using var turn = isRetry ? await Turn.TakeAsync(_retrying, _ending.Token) : null;
        var id = debt.Facts.Sandbox;
        using var operation = operations.Begin("DetachFromNetwork", id.ToString(), debt.Facts.Pod, tries == 1 ? debt.Cause : default);
        try
        {
            Operation.At("try", $"number {debt.Facts.Tries + 1}");
            await network.DelAsync(_folders.PathOf(id), _ending.Token);
            _folders.Remove(id);
            if (debt.IsOverdue)
            {
                Paid(logger, id, debt.Facts.Pod, debt.Facts.Tries, Math.Round((options.Time.GetUtcNow() - debt.Facts.Since).TotalSeconds, 1));
            }

            return true;
        }
        catch (RuntimeException damaged) when (damaged.Kind == ErrorKind.DataLoss)
        {
            return TrySetAside(debt, tries, damaged);
        }
        catch (Exception failure) when (!_ending.IsCancellationRequested)
        {
            Failed(debt, tries, failure);
            return false;
        }
    }

    private bool TrySetAside(OpenDebt debt, int tries, Exception damaged)
    {
        try
        {
            SetAside(logger, debt.Facts.Sandbox, _folders.SetAside(debt.Facts.Sandbox, damaged.Message), damaged.Message);
            return true;
        }
        catch (Exception failure)
        {
            Failed(debt, tries, failure);
            return false;
        }
    }

    private void Failed(OpenDebt debt, int tries, Exception failure)
    {
        debt.Fail(failure.Message);
        var (id, pod, pause) = (debt.Facts.Sandbox, debt.Facts.Pod, PauseAfter(tries).TotalSeconds);
        if (int.IsPow2(tries))
        {
            NotPaid(logger, id, pod, debt.Facts.Tries, pause, failure.Message);
        }
        else
        {
            NotPaidAgain(logger, id, pod, debt.Facts.Tries, pause, failure.Message);
        }

        try
        {
            _folders.Write(debt.Facts);
        }
        catch (Exception unwritten)
        {
            NotWritten(logger, id, unwritten.Message);
        }

        debt.EndTry();
    }

    private static TimeSpan PauseAfter(int tries)
    {
        const int doublingsLimit = 16;
        var pause = FirstPause * (1 << Math.Min(tries - 1, doublingsLimit));
        return pause < LongestPause ? pause : LongestPause;
    }
}
