using System.Net.WebSockets;
using System.Text;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>What a client says and hears, message by message.</summary>
internal static class RawClient
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task SayAsync(this WebSocket socket, byte channel, string text) => socket.SayAsync([channel, .. Encoding.UTF8.GetBytes(text)]);

    public static Task SayAsync(this WebSocket socket, byte[] message, WebSocketMessageType type = WebSocketMessageType.Binary, bool isEnd = true) =>
        socket.SendAsync(message, type, isEnd, CancellationToken.None).WaitAsync(Patience);

    /// <returns>One whole message; null: a goodbye.</returns>
    public static async Task<byte[]?> HearAsync(this WebSocket socket)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().WaitAsync(Patience);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            whole.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return whole.ToArray();
            }
        }
    }

    public static async Task<string?> HearTextAsync(this WebSocket socket, byte channel)
    {
        var message = await socket.HearAsync();
        if (message is null)
        {
            return null;
        }

        Assert.Equal(channel, message[0]);
        return Encoding.UTF8.GetString(message, 1, message.Length - 1);
    }

    public static async Task<string> ReadTextAsync(this Stream stream, int size)
    {
        var buffer = new byte[size];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(buffer);
    }

    /// <returns>1, or 0 at the end.</returns>
    public static Task<int> ReadOneAsync(this Stream stream, CancellationToken cancellationToken = default) =>
        stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken).AsTask().WaitAsync(Patience, CancellationToken.None);

    public static async Task<byte[]> ReadToEndAsync(this Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(Patience);
        return all.ToArray();
    }

    public static async Task FiresAsync(this CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(() => fired.TrySetResult());
        await fired.Task.WaitAsync(Patience, CancellationToken.None);
    }
}
