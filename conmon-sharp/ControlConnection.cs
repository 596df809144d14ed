using System.Numerics;
using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>One client of the monitor. A client that sends nonsense, or does not read its answers, is cut off.</summary>
internal sealed class ControlConnection : IExecClient, IDisposable
{
    private readonly ContainerMonitor _monitor;
    private readonly ControlSocket _owner;
    private readonly MonitorLoop _loop;
    private readonly UnixSocket _socket;
    private bool _watches;
    private bool _closed;
    private ExecSession? _exec;
    private AttachedClient? _attached;

    public ControlConnection(ContainerMonitor monitor, ControlSocket owner, MonitorLoop loop, UnixSocket socket)
    {
        _monitor = monitor;
        _owner = owner;
        _loop = loop;
        _socket = socket;
        loop.Poll.Add(socket.Handle, PollEvents.Readable, _ => Receive());
    }

    /// <returns>False: it does not watch, or could not be told.</returns>
    public bool TellExit() => _watches && SendState(MessageType.Exited);

    public void OnStarted(int pid)
    {
        var packet = Packet();
        Send(packet.AsSpan(0, MonitorMessage.WriteExecStarted(packet, pid)));
    }

    public void OnFailed(string message)
    {
        _exec = null;
        SendFailure(MessageType.ExecFailed, message);
    }

    public void OnExited(ExecExitMessage exit)
    {
        _exec = null;
        var packet = Packet();
        Send(packet.AsSpan(0, exit.Write(packet)));
    }

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _loop.Poll.Remove(_socket.Handle);
            _owner.Forget(this);
            _socket.Dispose();
            Detach();
        }
    }

    // One for all connections: a request is read to its end before an answer is written.
    private byte[] Packet() => _owner.Packet;

    private void Receive()
    {
        var packet = Packet();
        List<SafeFileHandle> descriptors = [];
        try
        {
            var length = _socket.TryReceive(packet, descriptors);
            if (length == 0)
            {
                Dispose();
            }
            else if (length > 0)
            {
                Serve(packet.AsSpan(0, length), descriptors);
            }
        }
        catch (Exception failure) when (failure is LinuxException or FormatException)
        {
            Dispose();
        }
        finally
        {
            descriptors.ForEach(static descriptor => descriptor.Dispose());
        }
    }

    private void Serve(ReadOnlySpan<byte> packet, List<SafeFileHandle> descriptors)
    {
        switch (MonitorMessage.TypeOf(packet))
        {
            case MessageType.Watch:
                _watches = true;
                SendState(MessageType.State);
                break;
            case MessageType.ReopenLog:
                ReopenLog();
                break;
            case MessageType.Exec:
                StartExec(ExecMessage.Read(packet), descriptors);
                break;
            case MessageType.KillExec:
                _exec?.Kill();
                break;
            case MessageType.Attach:
                Attach(AttachMessage.Read(packet), descriptors);
                break;
            case MessageType.Resize:
                _monitor.Streams.Resize(ResizeMessage.Read(packet));
                break;
            default:
                Dispose();
                break;
        }
    }

    private void Attach(AttachMessage attach, List<SafeFileHandle> descriptors)
    {
        var refusal = _attached is not null ? "this connection is attached already"
            : descriptors.Count != BitOperations.PopCount((uint)attach.Streams) ? "the descriptors that came are not those that the message names"
            : _monitor.HasExited ? "the container has exited"
            : null;
        if (refusal is not null)
        {
            SendFailure(MessageType.Failed, refusal);
            return;
        }

        _attached = new AttachedClient(attach.Streams, descriptors, LetGo);
        descriptors.Clear();
        _monitor.Streams.Add(_attached);
        _watches = true;
        SendBare(MessageType.Ok);
    }

    private void LetGo(string message)
    {
        Detach();
        SendFailure(MessageType.LetGo, message);
    }

    private void Detach()
    {
        if (_attached is { } attached)
        {
            _attached = null;
            _monitor.Streams.Remove(attached);
            attached.Dispose();
        }
    }

    private void ReopenLog()
    {
        try
        {
            _monitor.ReopenLog();
        }
        catch (IOException failure)
        {
            SendFailure(MessageType.Failed, failure.Message);
            return;
        }

        SendBare(MessageType.Ok);
    }

    private void StartExec(ExecMessage exec, List<SafeFileHandle> descriptors)
    {
        var refusal = _exec is not null ? "this connection has an exec already"
            : descriptors.Count != BitOperations.PopCount((uint)exec.Streams) ? "the descriptors that came are not those that the message names"
            : _monitor.HasExited ? "the container has exited"
            : null;
        if (refusal is not null)
        {
            SendFailure(MessageType.ExecFailed, refusal);
            return;
        }

        _exec = _monitor.AddExec(exec, this);
        _exec.Start(_monitor.Runtime, descriptors);
    }

    private void SendBare(MessageType type)
    {
        var packet = Packet();
        Send(packet.AsSpan(0, MonitorMessage.WriteBare(packet, type)));
    }

    private bool SendState(MessageType type)
    {
        var packet = Packet();
        return Send(packet.AsSpan(0, _monitor.State.Write(packet, type)));
    }

    private void SendFailure(MessageType type, string message)
    {
        var packet = Packet();
        Send(packet.AsSpan(0, MonitorMessage.WriteFailure(packet, type, message)));
    }

    private bool Send(ReadOnlySpan<byte> packet)
    {
        if (_closed)
        {
            return false;
        }

        try
        {
            if (_socket.Send(packet) > 0)
            {
                return true;
            }
        }
        catch (LinuxException)
        {
            // EPIPE: it has gone.
        }

        Dispose();
        return false;
    }
}
