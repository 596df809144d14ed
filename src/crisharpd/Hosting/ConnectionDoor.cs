using System.Net.Sockets;
using CriSharp.Linux.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Lets connections of one listener in: so many in all, and fewer of one peer, so that a client gone wrong shuts nobody out. What comes beyond is closed
/// at once. The daemon's own connections, by which it looks whether it answers, always find room.
/// </summary>
internal sealed class ConnectionDoor(ConnectionLimits limits, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan NoticePause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ThrownOutFor = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _ofPeers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _thrownOut = new(StringComparer.Ordinal);
    private readonly HashSet<uint> _told = [];
    private int _all;
    private long? _noticedAt;

    public void Guard(ListenOptions listen) => listen.Use(next => connection => ServeAsync(connection, next));

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = PeerOf(connection);
        if (peer is { } found)
        {
            connection.Features.Set(new ConnectionPeer(found));
            NoticeStranger(found);
        }

        var key = KeyOf(peer);
        if (!TryEnter(key, isOwn: peer?.Pid == Environment.ProcessId))
        {
            NoticeFull(key);
            return;
        }

        try
        {
            connection.Features.Set(new ConnectionConduct(connection, () => ThrowOut(key), time));
            await ServeQuietAsync(connection, next);
        }
        finally
        {
            Leave(key);
        }
    }

    private async Task ServeQuietAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (limits.Quiet is not { } quiet)
        {
            await next(connection);
            return;
        }

        await using var silence = new ConnectionSilence(connection, quiet, time);
        connection.Features.Set(silence);
        await next(connection);
    }

    /// <returns>Null: it has an address, not a process.</returns>
    private static PeerCredentials? PeerOf(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket ? PeerCredentials.Of(socket) : null;

    /// <summary>Who is not root counts as one peer, however many processes there are.</summary>
    private static string KeyOf(PeerCredentials? peer) => peer switch
    {
        null => "",
        { UserId: 0 } root => $"process {root.Pid}",
        { } other => $"user {other.UserId}",
    };

    private bool TryEnter(string key, bool isOwn)
    {
        lock (_gate)
        {
            var ofPeer = _ofPeers.GetValueOrDefault(key);
            if (!isOwn && (_all >= limits.All || ofPeer >= limits.OfPeer || IsThrownOut(key)))
            {
                return false;
            }

            _all++;
            _ofPeers[key] = ofPeer + 1;
            return true;
        }
    }

    private bool IsThrownOut(string key)
    {
        if (_thrownOut.TryGetValue(key, out var since) && time.GetElapsedTime(since) < ThrownOutFor)
        {
            return true;
        }

        _thrownOut.Remove(key);
        return false;
    }

    private void ThrowOut(string key)
    {
        lock (_gate)
        {
            // Who does not come back is forgotten here.
            foreach (var past in _thrownOut.Keys.Where(past => time.GetElapsedTime(_thrownOut[past]) >= ThrownOutFor).ToList())
            {
                _thrownOut.Remove(past);
            }

            _thrownOut[key] = time.GetTimestamp();
            // This tells why it is refused for the next seconds.
            _noticedAt = time.GetTimestamp();
        }

        log.ThrowsOut(limits.Name, key.Length > 0 ? key : "a client", ThrownOutFor.TotalSeconds);
    }

    private void Leave(string key)
    {
        lock (_gate)
        {
            _all--;
            if (--_ofPeers[key] == 0)
            {
                _ofPeers.Remove(key);
            }
        }
    }

    private void NoticeFull(string key)
    {
        int all;
        lock (_gate)
        {
            all = _all;
            if (_noticedAt is { } before && time.GetElapsedTime(before) < NoticePause)
            {
                return;
            }

            _noticedAt = time.GetTimestamp();
        }

        log.RefusesConnection(limits.Name, key.Length > 0 ? key : "a client", all, limits.All, limits.OfPeer);
    }

    /// <summary>The socket's mode lets root and one group in; that somebody else uses it should be seen once.</summary>
    private void NoticeStranger(PeerCredentials peer)
    {
        if (peer.UserId == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (!_told.Add(peer.UserId))
            {
                return;
            }
        }

        log.LetsStrangerIn(limits.Name, peer.UserId, peer.GroupId, peer.Pid);
    }
}

/// <summary>How many connections a listener takes.</summary>
/// <param name="Name">What is said on them: "CRI".</param>
/// <param name="OfPeer">A process of root's, or a user; of a TCP port, all together.</param>
/// <param name="Quiet">How long none may ask for anything. Null: as long as it likes.</param>
internal sealed record ConnectionLimits(string Name, int All, int OfPeer, TimeSpan? Quiet);

/// <summary>Who is at the other end; a feature of connections over Unix sockets.</summary>
internal sealed record ConnectionPeer(PeerCredentials Credentials);
