using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.Linux.Sockets;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp.Tests.Rig;

/// <summary>A client of the monitor's socket that says exactly what a test wants.</summary>
internal sealed class MonitorPeer(string path) : IDisposable
{
    private readonly UnixSocket _socket = UnixSocket.Connect(path, UnixSocketKind.SequencedPackets);

    public void Send(MessageType type) => SendRaw(2, packet => MonitorMessage.WriteBare(packet, type));

    public void SendRaw(ReadOnlySpan<byte> packet, params SafeFileHandle[] descriptors) => _socket.Send(packet, descriptors);

    /// <summary>An exec whose output the test reads; stdin is /dev/null.</summary>
    public ExecOutput SendExec(ExecMessage exec)
    {
        var output = PipePair.Create();
        var errors = PipePair.Create();
        var packet = new byte[MonitorMessage.LongestBytes];
        var length = (exec with { Streams = StandardStreams.Stdout | StandardStreams.Stderr }).Write(packet);
        _socket.Send(packet.AsSpan(0, length), output.Writer, errors.Writer);
        output.Writer.Dispose();
        errors.Writer.Dispose();
        return new ExecOutput(output, errors);
    }

    /// <returns>An empty packet: the monitor has closed the connection.</returns>
    public async Task<byte[]> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(MonitorRig.Limit);
        var packet = new byte[MonitorMessage.LongestBytes];
        while (true)
        {
            var length = _socket.TryReceive(packet);
            if (length >= 0)
            {
                return packet[..length];
            }

            await ReadinessLoop.WaitReadableAsync(_socket.Handle, limit.Token);
        }
    }

    public async Task<byte[]> ReceiveAsync(MessageType expected)
    {
        var packet = await ReceiveAsync();
        Assert.Equal(expected, MonitorMessage.TypeOf(packet));
        return packet;
    }

    /// <summary>Sends Watch and takes the first answer.</summary>
    public async Task<StateMessage> WatchAsync()
    {
        Send(MessageType.Watch);
        return StateMessage.Read(await ReceiveAsync(MessageType.State));
    }

    public void Dispose() => _socket.Dispose();

    private void SendRaw(int length, Func<byte[], int> write)
    {
        var packet = new byte[length];
        write(packet);
        _socket.Send(packet);
    }
}

internal sealed class ExecOutput(PipePair output, PipePair errors) : IDisposable
{
    public Task<string> ReadOutputAsync() => ReadAsync(output);

    public Task<string> ReadErrorsAsync() => ReadAsync(errors);

    public void Dispose()
    {
        output.Dispose();
        errors.Dispose();
    }

    private static async Task<string> ReadAsync(PipePair pipe)
    {
        using var limit = new CancellationTokenSource(MonitorRig.Limit);
        var capture = new PipeCapture(pipe.Reader, 1024 * 1024);
        Assert.True(await capture.ReadAsync(limit.Token), "somebody still holds the pipe");
        return System.Text.Encoding.UTF8.GetString(capture.Kept.Span);
    }
}
