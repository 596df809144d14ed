using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.OciRuntime.Tests.Monitors;

/// <summary>The other end of a monitor's socket, which answers as a test says.</summary>
internal sealed class ScriptedMonitor : IDisposable
{
    private readonly UnixSocket _listener;

    public ScriptedMonitor(string path)
    {
        Path = path;
        _listener = UnixSocket.Listen(path, UnixSocketKind.SequencedPackets, 0x180);
    }

    public string Path { get; }

    public async Task<Peer> AcceptAsync()
    {
        while (true)
        {
            await ReadinessLoop.WaitReadableAsync(_listener.Handle, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
            if (_listener.TryAccept() is { } accepted)
            {
                return new Peer(accepted);
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path);
    }

    internal delegate int PacketWriter(Span<byte> packet);

    /// <summary>One client.</summary>
    internal sealed class Peer(UnixSocket socket) : IDisposable
    {
        public List<SafeFileHandle> Descriptors { get; } = [];

        public async Task<byte[]> ReceiveAsync()
        {
            var buffer = new byte[MonitorMessage.LongestBytes];
            while (true)
            {
                await ReadinessLoop.WaitReadableAsync(socket.Handle, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
                var length = socket.TryReceive(buffer, Descriptors);
                if (length >= 0)
                {
                    return buffer[..length];
                }
            }
        }

        public void Send(PacketWriter write)
        {
            var buffer = new byte[MonitorMessage.LongestBytes];
            socket.Send(buffer.AsSpan(0, write(buffer)));
        }

        public void Dispose()
        {
            Descriptors.ForEach(descriptor => descriptor.Dispose());
            socket.Dispose();
        }
    }
}
