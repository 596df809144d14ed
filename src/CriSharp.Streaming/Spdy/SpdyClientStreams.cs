using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Spdy;

/// <summary>The streams that a client opens for an exec or an attach.</summary>
public static class SpdyClientStreams
{
    private const string V1 = "channel.k8s.io";
    private const string V2 = "v2.channel.k8s.io";
    private const string V3 = "v3.channel.k8s.io";
    private const string V4 = "v4.channel.k8s.io";

    /// <summary>Versions of the protocol, the best first.</summary>
    public static IReadOnlyList<string> Protocols { get; } = [V4, V3, V2, V1];

    /// <summary>
    /// Waits for exactly the streams that such a session has, each replied to as it comes, since a client opens the next only then. Any other
    /// stream is reset, now and later.
    /// </summary>
    /// <param name="protocol">One of <see cref="Protocols"/>.</param>
    /// <exception cref="SpdyException">The connection ended before, or the streams were not there in <see cref="SpdyOptions.StreamTimeout"/>.</exception>
    public static async Task<ClientStreams> AcceptAsync(
        SpdyConnection connection, string protocol, bool stdin, bool stdout, bool stderr, bool tty, CancellationToken cancellationToken)
    {
        var expected = Expected(protocol, stdin, stdout, stderr, tty);
        var options = connection.Options;
        using var limit = new CancellationTokenSource(options.StreamTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Dictionary<string, SpdyStream> found;
        try
        {
            found = await CollectAsync(connection, expected, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SpdyException($"the client did not open the streams {string.Join(", ", expected)} in {options.StreamTimeout.TotalSeconds} s");
        }

        connection.RefuseNewStreams();
        if (protocol == V1)
        {
            // Clients of the first version wait for it; later ones would take it for the end of the process' input.
            found.GetValueOrDefault(StreamHeaders.Stdin)?.EndWrites();
        }

        return new()
        {
            Stdin = found.GetValueOrDefault(StreamHeaders.Stdin),
            Stdout = found.GetValueOrDefault(StreamHeaders.Stdout),
            Stderr = found.GetValueOrDefault(StreamHeaders.Stderr),
            Error = found[StreamHeaders.Error],
            Resize = found.GetValueOrDefault(StreamHeaders.Resize),
            HasStatus = protocol == V4,
            Gone = connection.Gone,
        };
    }

    private static List<string> Expected(string protocol, bool stdin, bool stdout, bool stderr, bool tty)
    {
        if (!Protocols.Contains(protocol))
        {
            throw new ArgumentException($"{protocol} is none of {string.Join(", ", Protocols)}", nameof(protocol));
        }

        List<string> expected = [StreamHeaders.Error];
        AddIf(stdin, StreamHeaders.Stdin);
        AddIf(stdout, StreamHeaders.Stdout);
        AddIf(stderr && !tty, StreamHeaders.Stderr);
        AddIf(tty && protocol is V3 or V4, StreamHeaders.Resize);
        return expected;

        void AddIf(bool isThere, string streamType)
        {
            if (isThere)
            {
                expected.Add(streamType);
            }
        }
    }

    private static async Task<Dictionary<string, SpdyStream>> CollectAsync(
        SpdyConnection connection, List<string> expected, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        while (found.Count < expected.Count)
        {
            var stream = await connection.AcceptAsync(cancellationToken)
                ?? throw new SpdyException("the client has gone before it had opened its streams");
            var streamType = stream.HeaderOf(StreamHeaders.StreamType);
            if (!expected.Contains(streamType) || !found.TryAdd(streamType, stream))
            {
                stream.Reset(SpdyStatus.RefusedStream);
                await stream.DisposeAsync();
                continue;
            }

            stream.Reply();
        }

        return found;
    }
}
