using System.Buffers;
using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;
using CriSharp.MonitorProtocol;
using CriSharp.Primitives;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>One connection to a monitor: packets there and back. While it waits it holds no thread and no buffer.</summary>
internal sealed class MonitorConnection : IDisposable
{
    // A monitor accepts within microseconds unless its machine is overloaded.
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly UnixSocket _socket;
    private readonly string _path;
    private bool _wasReset;

    private MonitorConnection(UnixSocket socket, string path) => (_socket, _path) = (socket, path);

    /// <exception cref="RuntimeException">Unavailable: no monitor listens there, or it does not accept in time.</exception>
    public static async Task<MonitorConnection> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        while (true)
        {
            try
            {
                return new MonitorConnection(UnixSocket.Connect(path, UnixSocketKind.SequencedPackets), path);
            }
            catch (LinuxException full) when (full.ErrorNumber == Errno.EAGAIN && !limit.IsCancellationRequested)
            {
                // Its backlog is full, and no event tells when there is room.
                await Task.Delay(ConnectPause, cancellationToken);
            }
            catch (LinuxException failure)
            {
                throw new RuntimeException(ErrorKind.Unavailable, $"the container's monitor does not answer: {failure.Message}", failure);
            }
        }
    }

    public delegate int PacketWriter(Span<byte> packet);

    /// <exception cref="RuntimeException">Unavailable: the monitor has gone or does not keep up.</exception>
    public void Send(PacketWriter write, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MonitorMessage.LongestBytes);
        try
        {
            var length = write(buffer.AsSpan(0, MonitorMessage.LongestBytes));
            if (_socket.Send(buffer.AsSpan(0, length), descriptors) == 0)
            {
                // A few packets per connection: a full socket means that nobody reads.
                throw new RuntimeException(ErrorKind.Unavailable, $"the container's monitor at {_path} does not read its requests");
            }
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Unavailable, $"the container's monitor at {_path} has gone: {failure.Message}", failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The answer to a request, within <see cref="AnswerLimit"/>.</summary>
    /// <inheritdoc cref="ReceiveAsync"/>
    public async Task<MonitorAnswer> ReceiveSoonAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            return await ReceiveAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(
                ErrorKind.Unavailable, $"the container's monitor at {_path} gave no answer within {AnswerLimit.TotalSeconds:0} s");
        }
    }

    /// <summary>The next packet, however long it takes.</summary>
    /// <exception cref="RuntimeException">Unavailable: the monitor has gone; DataLoss: it speaks another protocol.</exception>
    public async Task<MonitorAnswer> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await ReadinessLoop.WaitReadableAsync(_socket.Handle, cancellationToken);
            if (TryReceive() is { } answer)
            {
                return answer;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private MonitorAnswer? TryReceive()
    {
        try
        {
            return TryReceiveOnce();
        }
        catch (LinuxException reset) when (reset.ErrorNumber == Errno.ECONNRESET && !_wasReset)
        {
            // It went before it had read all that was sent to it. What it had said itself may still wait behind this error.
            _wasReset = true;
            return null;
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Unavailable, $"the container's monitor at {_path} has gone: {failure.Message}", failure);
        }
        catch (FormatException malformed)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the container's monitor at {_path}: {malformed.Message}", malformed);
        }
    }

    private MonitorAnswer? TryReceiveOnce()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MonitorMessage.LongestBytes);
        try
        {
            var length = _socket.TryReceive(buffer.AsSpan(0, MonitorMessage.LongestBytes));
            return length switch
            {
                < 0 => null,
                0 => throw new RuntimeException(ErrorKind.Unavailable, $"the container's monitor at {_path} closed the connection"),
                _ => MonitorAnswer.Read(buffer.AsSpan(0, length)),
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
