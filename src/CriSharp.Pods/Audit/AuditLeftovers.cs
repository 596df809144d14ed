using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Compares what is on the machine with what pods and containers there are, and removes what is left over:
/// 1 every finder looks · 2 a pause, and a second look: what is not there any more, or has an owner, was on its way · 3 each is removed, in the order of
/// the finders, under the locks of its id and after one more question for its owner · 4 a last look tells what is left.
/// It may run while pods are made and removed; one audit at a time.
/// </summary>
public sealed partial class AuditLeftovers(IEnumerable<ILeftoverFinder> finders, IdOwners owners, PodsOptions options, ILogger<AuditLeftovers> logger)
    : IDisposable
{
    private readonly IReadOnlyList<ILeftoverFinder> _finders = [.. finders];
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<string> _told = [];
    private readonly ConcurrentDictionary<string, long> _removed = new();
    private volatile AuditReport? _last;

    /// <summary>What is looked for, in the order in which it is removed.</summary>
    public IEnumerable<string> Kinds => _finders.Select(finder => finder.Kind);

    /// <summary>Null before the first audit has ended.</summary>
    public AuditReport? Last => _last;

    public long RemovedOf(string kind) => _removed.GetValueOrDefault(kind);

    public Task<AuditReport> RunAsync(AuditScope scope, CancellationToken cancellationToken) => RunAsync(scope, options.AuditPause, cancellationToken);

    private async Task<AuditReport> RunAsync(AuditScope scope, TimeSpan pause, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var found = Look();
            if (found.Count > 0 && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, options.Time, cancellationToken);
                found = Confirm(found, Look());
            }

            var results = scope == AuditScope.Look || found.Count == 0
                ? [.. found.Select(finding => new AuditResult(finding, IsRemoved: false, null))]
                : await RemoveAsync(found, scope, cancellationToken);
            _told.IntersectWith(found.Select(finding => $"{KeyOf(finding)}"));
            return _last = new AuditReport(options.Time.GetUtcNow(), results);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private List<Finding> Look()
    {
        var found = new List<Finding>();
        foreach (var finder in _finders)
        {
            try
            {
                found.AddRange(finder.Find());
            }
            catch (Exception failure)
            {
                CannotLook(logger, finder.Kind, failure);
            }
        }

        return found;
    }

    private static List<Finding> Confirm(List<Finding> first, List<Finding> second)
    {
        var known = first.Select(KeyOf).ToHashSet();
        return [.. second.Where(finding => known.Contains(KeyOf(finding)))];
    }

    private async Task<IReadOnlyList<AuditResult>> RemoveAsync(List<Finding> found, AuditScope scope, CancellationToken cancellationToken)
    {
        var stays = new Dictionary<(string, string), string>();
        foreach (var finding in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryRemoveAsync(finding, scope) is { } reason)
            {
                stays[KeyOf(finding)] = reason;
            }
        }

        // One often goes with another: a monitor with its container, an interface with its namespace.
        var left = Look().Select(KeyOf).ToHashSet();
        return [.. found.Select(finding => Conclude(finding, left.Contains(KeyOf(finding)), stays.GetValueOrDefault(KeyOf(finding))))];
    }

    /// <returns>Null when it was removed, otherwise why not.</returns>
    private async Task<string?> TryRemoveAsync(Finding finding, AuditScope scope)
    {
        if (finding.Removal == Removal.Never)
        {
            return "it is kept for people";
        }

        if (finding.Removal == Removal.WhenAsked && scope != AuditScope.RemoveAll)
        {
            return "it may be somebody else's: crisharpctl audit --fix removes it";
        }

        // Ends by: the limit of one removal. An audit that is called off goes no further, but leaves nothing half removed.
        using var limit = new CancellationTokenSource(options.RollbackLimit);
        try
        {
            using var held = finding.OwnerId is { } id ? await owners.LockAsync(id, limit.Token) : null;
            if (finding.OwnerId is { } owner && owners.Owns(owner))
            {
                return $"{owner} has an owner by now";
            }

            await _finders.First(finder => finder.Kind == finding.Kind).RemoveAsync(finding, limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return $"its removal took longer than {options.RollbackLimit.TotalSeconds:0} s; the next audit tries again";
        }
        catch (Exception failure)
        {
            return failure.Message;
        }
    }

    private AuditResult Conclude(Finding finding, bool isLeft, string? reason)
    {
        if (!isLeft)
        {
            _told.Remove($"{KeyOf(finding)}");
            _removed.AddOrUpdate(finding.Kind, 1, (_, count) => count + 1);
            Swept(logger, finding.Kind, finding.Subject, finding.Reason);
            return new AuditResult(finding, IsRemoved: true, null);
        }

        reason ??= "it is there again or still after its removal; the next audit tries again";
        if (_told.Add($"{KeyOf(finding)}"))
        {
            Stays(logger, finding.Kind, finding.Subject, finding.Reason, reason);
        }

        return new AuditResult(finding, IsRemoved: false, reason);
    }

    private static (string Kind, string Subject) KeyOf(Finding finding) => (finding.Kind, finding.Subject);

    [LoggerMessage(60, LogLevel.Warning, "Swept a leftover {Kind} {Subject}: {Reason}")]
    private static partial void Swept(ILogger logger, string kind, string subject, string reason);

    [LoggerMessage(61, LogLevel.Warning, "A leftover {Kind} {Subject} stays ({Reason}): {Why}")]
    private static partial void Stays(ILogger logger, string kind, string subject, string reason, string why);

    [LoggerMessage(62, LogLevel.Error, "The audit can't look for leftovers of the kind {Kind}; the next one tries again")]
    private static partial void CannotLook(ILogger logger, string kind, Exception failure);
}
