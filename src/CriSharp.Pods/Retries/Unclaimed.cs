using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Retries;

/// <summary>
/// Pod sandboxes, or containers, that nobody was told of, because the caller had gone before they were made: its retry gets them, or they are removed.
/// </summary>
public sealed partial class Unclaimed<TId>
    where TId : struct
{
    private readonly UnclaimedThings<TId> _things;
    private readonly TimeSpan _keep;
    private readonly ILogger _logger;
    private readonly UnclaimedTable<TId> _table;

    internal Unclaimed(UnclaimedThings<TId> things, PodsOptions options, ILogger logger)
    {
        (_things, _keep, _logger) = (things, options.KeepUnclaimed, logger);
        _table = new UnclaimedTable<TId>(things.Noun, _keep, options.Time);
    }

    internal void Keep(TId id)
    {
        try
        {
            _things.Mark(id);
        }
        catch (IOException failure)
        {
            // Only a later daemon will miss it; or the thing has been removed already.
            NotMarked(_logger, _things.Noun, $"{id}", failure);
        }

        Kept(_logger, _things.Noun, $"{id}", _keep.TotalSeconds);
        _ = _table.KeepAsync(id, () => GiveUpAsync(id));
    }

    /// <summary>Takes up what an earlier daemon kept.</summary>
    internal void Recover(TId id)
    {
        if (_things.IsMarked(id) && _things.IsUnused(id))
        {
            _ = _table.KeepAsync(id, () => GiveUpAsync(id));
        }
    }

    /// <summary>Somebody knows it: it stays. Does nothing for all the others.</summary>
    /// <exception cref="RuntimeException">Unavailable: too late, it is being removed.</exception>
    internal void Claim(TId id)
    {
        if (_table.Claim(id))
        {
            _things.Unmark(id);
        }
    }

    private async Task GiveUpAsync(TId id)
    {
        // A retry may have come between the end of the work and its being kept; and agents find pods by listing them.
        if (!_things.IsUnused(id))
        {
            return;
        }

        try
        {
            GivenUp(_logger, _things.Noun, $"{id}", _keep.TotalSeconds);
            await _things.RemoveAsync(id);
        }
        catch (Exception failure)
        {
            NotRemoved(_logger, _things.Noun, $"{id}", failure);
        }
    }

    [LoggerMessage(160, LogLevel.Information, "The {Noun} {Id} is made, but its caller has gone: it is kept {Seconds} s for a retry")]
    private static partial void Kept(ILogger logger, string noun, string id, double seconds);

    [LoggerMessage(161, LogLevel.Warning, "Nobody came for {Noun} {Id} within {Seconds} s: it is removed")]
    private static partial void GivenUp(ILogger logger, string noun, string id, double seconds);

    [LoggerMessage(162, LogLevel.Error, "The {Noun} {Id}, which nobody came for, could not be removed")]
    private static partial void NotRemoved(ILogger logger, string noun, string id, Exception failure);

    [LoggerMessage(163, LogLevel.Warning, "The {Noun} {Id}, whose caller has gone, can't be marked so: a restart of the daemon would keep it")]
    private static partial void NotMarked(ILogger logger, string noun, string id, Exception failure);
}
