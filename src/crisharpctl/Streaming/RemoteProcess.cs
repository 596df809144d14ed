using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CriSharp.Ctl.CommandLine;
using CriSharp.Linux.Terminals;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Ctl.Streaming;

/// <summary>Joins this process' streams with those of a process in a container, over the runtime's streaming server, until that one ends.</summary>
internal sealed class RemoteProcess(Surroundings surroundings)
{
    private const int InputBytes = 16 * 1024;

    /// <param name="url">As the runtime gave it.</param>
    /// <param name="withInput">Standard input is sent, and its end.</param>
    /// <param name="isTerminal">The process has a terminal: keys are sent as they are, where this process has one, too.</param>
    /// <returns>Its last words, which <see cref="CommandEnd"/> reads; empty: there were none.</returns>
    /// <exception cref="Primitives.RuntimeException">What the runtime says; Unavailable.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<byte[]> RunAsync(string url, bool withInput, bool isTerminal, CancellationToken cancellationToken)
    {
        using var socket = await ChannelSocket.ConnectAsync(url, [WebSocketProtocols.Version5, WebSocketProtocols.Version4], cancellationToken);
        using var raw = isTerminal && withInput ? surroundings.EnterRawMode() : null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var resized = isTerminal ? await FollowSizeAsync(socket, ended.Token) : null;
        if (withInput)
        {
            // Not awaited: nothing ends a read from a terminal but a key.
            _ = SendInputAsync(socket, ended.Token);
        }

        using var status = new MemoryStream();
        try
        {
            await socket.ReceiveAsync((channel, bytes) => TakeAsync(channel, bytes, status, cancellationToken), cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
        }

        return status.ToArray();
    }

    private async Task TakeAsync(byte channel, ReadOnlyMemory<byte> bytes, MemoryStream status, CancellationToken cancellationToken)
    {
        switch (channel)
        {
            case StreamChannel.Output:
                await surroundings.StandardOutput.WriteAsync(bytes, cancellationToken);
                break;
            case StreamChannel.Error:
                await surroundings.StandardError.WriteAsync(bytes, cancellationToken);
                break;
            case StreamChannel.Status when status.Length + bytes.Length <= CommandEnd.LimitBytes:
                status.Write(bytes.Span);
                break;
            default:
                break;
        }
    }

    private async Task SendInputAsync(ChannelSocket socket, CancellationToken ended)
    {
        try
        {
            await using var input = surroundings.OpenStandardInput();
            var buffer = new byte[InputBytes];
            for (int count; (count = await input.ReadAsync(buffer, ended)) > 0;)
            {
                await socket.SendAsync(StreamChannel.Input, buffer.AsMemory(0, count), ended);
            }

            if (socket.HasCloseSignal)
            {
                await socket.SendAsync(StreamChannel.Close, new[] { StreamChannel.Input }, ended);
            }
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The session has ended, or this process has no input: either is told by what comes.
        }
    }

    private async Task<IDisposable?> FollowSizeAsync(ChannelSocket socket, CancellationToken ended)
    {
        if (surroundings.InputTerminalSize() is not { } first)
        {
            return null;
        }

        await SendSizeAsync(socket, first, ended);
        return PosixSignalRegistration.Create(PosixSignal.SIGWINCH, signal =>
        {
            signal.Cancel = true;
            if (surroundings.InputTerminalSize() is { } size)
            {
                _ = SendSizeAsync(socket, size, ended);
            }
        });
    }

    private static async Task SendSizeAsync(ChannelSocket socket, TerminalSize size, CancellationToken ended)
    {
        var words = string.Create(CultureInfo.InvariantCulture, $"{{\"Width\":{size.Columns},\"Height\":{size.Rows}}}");
        try
        {
            await socket.SendAsync(StreamChannel.Resize, Encoding.ASCII.GetBytes(words), ended);
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The session has ended.
        }
    }
}
