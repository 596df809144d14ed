using System.Globalization;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Spdy;

/// <summary>Connections into a pod, each over a pair of streams: one for the bytes, one for words about what went wrong.</summary>
public static class SpdyPortForward
{
    public const string Protocol = "portforward.k8s.io";

    /// <summary>
    /// Serves as many pairs at once as the client opens. A half that stays without the other for <see cref="SpdyOptions.StreamTimeout"/> is reset.
    /// </summary>
    /// <param name="connect">To a port, 1-65535; the message of what it throws is told to the client.</param>
    /// <returns>When the client has gone and every connection is closed.</returns>
    public static async Task ServeAsync(
        SpdyConnection connection, Func<int, CancellationToken, Task<IForwardedConnection>> connect, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(connection.Gone, cancellationToken);
        await using var pairs = new ForwardPairs(connection.Options, connect, ending.Token);
        try
        {
            while (await connection.AcceptAsync(cancellationToken) is { } stream)
            {
                Take(pairs, stream);
            }
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private static void Take(ForwardPairs pairs, SpdyStream stream)
    {
        var streamType = stream.HeaderOf(StreamHeaders.StreamType);
        var isError = streamType == StreamHeaders.Error;
        var portText = stream.HeaderOf(StreamHeaders.Port);
        if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > ushort.MaxValue
            || !(isError || streamType == StreamHeaders.Data))
        {
            stream.Reset(SpdyStatus.ProtocolError);
            stream.Dispose();
            return;
        }

        stream.Reply();
        pairs.Add(RequestOf(stream, isError), port, isError, stream);
    }

    private static string RequestOf(SpdyStream stream, bool isError)
    {
        var request = stream.HeaderOf(StreamHeaders.RequestId);
        // Old clients name no request; they open the stream for errors first, the one for data right after it.
        return request.Length > 0 ? request : $"stream {(isError ? stream.Id : stream.Id - 2)}";
    }
}
