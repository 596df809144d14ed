using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tokens;

/// <summary>
/// Requests that were checked and wait for whoever brings their token, which is the only proof of the right to them: it can't be guessed, works
/// once, and for a minute.
/// </summary>
public sealed class WaitingTickets(TimeProvider time)
{
    public const int MostWaiting = 1000;

    private const int TokenBytes = 16;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();

    /// <returns>A token of the alphabet of URLs.</returns>
    /// <exception cref="RuntimeException">ResourceExhausted: too many wait.</exception>
    public string Add(StreamingTicket ticket)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_adding)
        {
            if (_waiting.Count >= MostWaiting)
            {
                RemoveOverdue();
            }

            if (_waiting.Count >= MostWaiting)
            {
                throw new RuntimeException(
                    ErrorKind.ResourceExhausted,
                    $"{MostWaiting} streaming requests wait for their clients: use the URLs that were given, or try again when they have expired, in {Lifetime.TotalSeconds:0} s at the latest");
            }

            _waiting[token] = new Waiting(ticket, time.GetTimestamp());
        }

        return token;
    }

    /// <returns>Null: there is none, it was taken before, or its time is over.</returns>
    public StreamingTicket? TryTake(string token) =>
        _waiting.TryRemove(token, out var found) && !IsOverdue(found) ? found.Ticket : null;

    private void RemoveOverdue()
    {
        foreach (var (token, waiting) in _waiting)
        {
            if (IsOverdue(waiting))
            {
                _waiting.TryRemove(token, out _);
            }
        }
    }

    private bool IsOverdue(Waiting waiting) => time.GetElapsedTime(waiting.Since) > Lifetime;

    private sealed record Waiting(StreamingTicket Ticket, long Since);
}
