using System.Net.WebSockets;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// Ports of a pod over one WebSocket, one connection each: the n-th port has channel 2n for its bytes and 2n + 1 for what went wrong; the first
/// message of each channel is the port in two bytes, the lower first.
/// </summary>
public static class WebSocketPortForward
{
    /// <summary>
    /// Connects to all ports at once, and ends when the client has gone or the last connection has ended. The protocol has no way to say that one
    /// half, or one of several connections, has ended: the client's goodbye ends what it sends, and the server's goodbye is the end of all.
    /// </summary>
    /// <param name="protocol">One of <see cref="WebSocketProtocols.PortForward"/> but the tunnel.</param>
    /// <param name="connect">To one port; RuntimeException: the words go to its error channel.</param>
    /// <param name="lost">As for <see cref="WebSocketClientStreams.Open"/>.</param>
    public static async Task ServeAsync(
        WebSocket socket, string protocol, IReadOnlyList<int> ports, Func<int, CancellationToken, Task<IForwardedConnection>> connect, CancellationToken lost,
        WebSocketLimits? limits = null)
    {
        limits ??= WebSocketLimits.Default;
        var form = ChannelProtocol.Of(protocol);
        var most = (form.LastChannel + 1) / 2;
        var served = ports.Count <= most ? ports : [];
        var inputs = new ChannelInput?[2 * served.Count];
        var greetings = new Greeting[inputs.Length];
        for (var index = 0; index < served.Count; index++)
        {
            var port = new byte[] { (byte)served[index], (byte)(served[index] >> 8) };
            inputs[2 * index] = new ChannelInput(limits.ChannelBuffer);
            greetings[2 * index] = new Greeting((byte)(2 * index), port);
            greetings[(2 * index) + 1] = new Greeting((byte)((2 * index) + 1), port);
        }

        await using var connection = new ChannelConnection(socket, form, inputs, greetings, limits, lost);
        if (served.Count == 0)
        {
            await connection.CloseAsync(WebSocketCloseStatus.PolicyViolation, $"1 to {most} ports have to be named, not {ports.Count}");
            return;
        }

        await Task.WhenAll(served.Select((port, index) => new ForwardedPort(
            port, inputs[2 * index]!, new ChannelOutput(connection, (byte)(2 * index)), new ChannelOutput(connection, (byte)((2 * index) + 1)))
            .ServeAsync(connect, connection.Gone)));
    }
}
