using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;
using CriSharp.MonitorProtocol;

namespace ConmonSharp;

/// <summary>Where the daemon reaches the monitor, again after its own restart. Packets are described in CriSharp.MonitorProtocol.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const int AcceptPauseMilliseconds = 100;

    private readonly ContainerMonitor _monitor;
    private readonly MonitorLoop _loop;
    private readonly string _path;
    private readonly UnixSocket _listener;
    private readonly List<ControlConnection> _connections = [];
    private readonly GarbageSweep _garbage = new();

    /// <exception cref="IOException">The socket can't be made.</exception>
    public ControlSocket(ContainerMonitor monitor, MonitorLoop loop, string path)
    {
        _monitor = monitor;
        _loop = loop;
        _path = path;
        File.Delete(path);
        _listener = UnixSocket.Listen(path, UnixSocketKind.SequencedPackets, Permissions.PrivateFile);
    }

    /// <summary>For the one packet in work.</summary>
    public byte[] Packet { get; } = GC.AllocateUninitializedArray<byte>(MonitorMessage.LongestBytes);

    /// <summary>Serves from now on; who connected before has waited.</summary>
    public void Open() => _loop.Poll.Add(_listener.Handle, PollEvents.Readable, _ => Accept());

    /// <summary>Tells all who watch.</summary>
    /// <returns>How many were told.</returns>
    public int AnnounceExit()
    {
        var told = 0;
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            told += _connections[i].TellExit() ? 1 : 0;
        }

        return told;
    }

    public void Forget(ControlConnection connection)
    {
        _connections.Remove(connection);
        _garbage.Check();
    }

    public void Dispose()
    {
        _loop.Poll.Remove(_listener.Handle);
        File.Delete(_path);
        _listener.Dispose();
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            _connections[i].Dispose();
        }
    }

    private void Accept()
    {
        UnixSocket? accepted;
        try
        {
            accepted = _listener.TryAccept();
        }
        catch (LinuxException)
        {
            // EMFILE ...: it waits in the queue, and the loop must not spin on it.
            _loop.Poll.Remove(_listener.Handle);
            _loop.Deadlines.After(AcceptPauseMilliseconds, Open);
            return;
        }

        if (accepted is null)
        {
            return;
        }

        // The socket's mode and folder keep others out; this holds where somebody widened them.
        var user = accepted.Peer().UserId;
        if (user != 0 && user != OwnUser.Id)
        {
            accepted.Dispose();
            return;
        }

        _connections.Add(new ControlConnection(_monitor, this, _loop, accepted));
    }
}
