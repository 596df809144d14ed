using System.Buffers;
using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// Reads messages of any size and in any number of fragments straight into the buffers of their channels. A full buffer stops the reading, so that
/// TCP stops the client; other channels wait with it, as with the peers.
/// </summary>
/// <param name="inputs">By channel; null: what comes for it is dropped, as is what comes for a channel beyond.</param>
/// <param name="moved">Called for each piece that came.</param>
internal sealed class ChannelReceiver(
    WebSocket socket, ChannelProtocol protocol, IReadOnlyList<ChannelInput?> inputs, Action moved, CancellationToken ended)
{
    private const int ScratchSize = 4 * 1024;

    // One byte is all that an idle connection needs.
    private readonly byte[] _head = new byte[1];

    /// <summary>Ends when the client says goodbye.</summary>
    /// <exception cref="ChannelProtocolException">The client said what no client may say.</exception>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            var head = await ReceiveAsync(_head);
            if (head.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            // An empty message, or an empty first fragment: the channel's name is still to come.
            if (head.Count == 0)
            {
                continue;
            }

            if (!await TakeMessageAsync(_head[0], head.EndOfMessage))
            {
                return;
            }
        }
    }

    /// <returns>False: the client said goodbye in the middle.</returns>
    private ValueTask<bool> TakeMessageAsync(byte head, bool isWhole)
    {
        if (protocol.HasCloseSignal && head == ChannelProtocol.CloseSignal)
        {
            return EndChannelAsync(isWhole);
        }

        if (isWhole)
        {
            return ValueTask.FromResult(true);
        }

        var input = InputOf(protocol.Coding == ChannelCoding.Base64 ? head - '0' : head);
        return input is null ? SkipAsync() : protocol.Coding == ChannelCoding.Base64 ? DecodeAsync(input) : CopyAsync(input);
    }

    private ChannelInput? InputOf(int channel) =>
        channel >= 0 && channel < inputs.Count && inputs[channel] is { IsEnded: false } input ? input : null;

    private async ValueTask<bool> EndChannelAsync(bool isWhole)
    {
        var size = 0;
        var rest = new byte[2];
        while (!isWhole && size < rest.Length)
        {
            var result = await ReceiveAsync(rest.AsMemory(size));
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            size += result.Count;
            isWhole = result.EndOfMessage;
        }

        if (size != 1)
        {
            throw new ChannelProtocolException(WebSocketCloseStatus.ProtocolError, "the signal of a channel's end names one channel in one byte");
        }

        if (rest[0] >= inputs.Count)
        {
            throw new ChannelProtocolException(WebSocketCloseStatus.ProtocolError, $"there is no channel {rest[0]} to end");
        }

        inputs[rest[0]]?.End(null);
        return true;
    }

    private async ValueTask<bool> CopyAsync(ChannelInput input)
    {
        while (!input.IsEnded)
        {
            var result = await ReceiveAsync(input.Space());
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            await input.TakeAsync(result.Count, ended);
            if (result.EndOfMessage)
            {
                return true;
            }
        }

        return await SkipAsync();
    }

    private async ValueTask<bool> DecodeAsync(ChannelInput input)
    {
        using var message = new Base64Message();
        while (!input.IsEnded)
        {
            var result = await ReceiveAsync(message.Space);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            message.Add(result.Count);
            await input.TakeAsync(message.Decode(input.Space(Base64Message.Size), result.EndOfMessage), ended);
            if (result.EndOfMessage)
            {
                return true;
            }
        }

        return await SkipAsync();
    }

    private async ValueTask<bool> SkipAsync()
    {
        var scratch = ArrayPool<byte>.Shared.Rent(ScratchSize);
        try
        {
            while (true)
            {
                var result = await ReceiveAsync(scratch);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return false;
                }

                if (result.EndOfMessage)
                {
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer)
    {
        var result = await socket.ReceiveAsync(buffer, ended);
        moved();
        return result;
    }
}
