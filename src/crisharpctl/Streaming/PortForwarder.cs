using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;
using CriSharp.Primitives;
using CriSharp.Streaming.WebSockets;
using Grpc.Core;

namespace CriSharp.Ctl.Streaming;

/// <summary>Listens on a port of this machine's loopback, and joins each connection with a port of a pod.</summary>
internal sealed class PortForwarder(CriConnection cri, string pod, ForwardedPorts ports, TextWriter errors) : IDisposable
{
    private const byte Data = 0;
    private const byte Failure = 1;
    private const int BufferBytes = 32 * 1024;

    /// <summary>The channels can't say that one half has ended: a client that has said all may still wait for an answer, or be gone.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, ports.Local);

    /// <returns>The port that is listened on: where 0 was asked for, the kernel's choice.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: it can't be listened on.</exception>
    public int Open()
    {
        try
        {
            _listener.Start();
            return ((IPEndPoint)_listener.LocalEndpoint).Port;
        }
        catch (SocketException refused)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"can't listen on 127.0.0.1:{ports.Local}: {refused.Message}", refused);
        }
    }

    /// <summary>Until the token fires.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync(cancellationToken);
            _ = ForwardAsync(client, cancellationToken);
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ForwardAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            await using var local = new NetworkStream(client, ownsSocket: true);

            // A URL is good for one connection.
            var answer = await cri.Runtime.PortForwardAsync(new PortForwardRequest { PodSandboxId = pod, Port = { ports.Remote } }, cri.Within(cancellationToken));
            using var socket = await ChannelSocket.ConnectAsync(answer.Url, [WebSocketProtocols.Version4], cancellationToken);
            await ExchangeAsync(local, socket, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or RuntimeException or RpcException or SocketException)
        {
            await errors.WriteLineAsync($"crisharpctl: port {ports.Remote}: {Printable.Line(failure is RpcException rpc ? rpc.Status.Detail : failure.Message)}");
        }
        catch (OperationCanceledException)
        {
            // The whole forwarding ends, or nothing has come for too long after the client had ended.
        }
    }

    private static async Task ExchangeAsync(NetworkStream local, ChannelSocket socket, CancellationToken cancellationToken)
    {
        // Fires when the forwarding ends, when the pod's side has ended, or by silence after the client's end.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(local, socket, ended);
        try
        {
            await ReceiveAsync(socket, local, () => KeepAlive(ended, sending), ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await sending;
        }
    }

    private static void KeepAlive(CancellationTokenSource ended, Task sending)
    {
        if (sending.IsCompleted)
        {
            ended.CancelAfter(SilenceLimit);
        }
    }

    private static async Task SendAsync(NetworkStream local, ChannelSocket socket, CancellationTokenSource ended)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            for (int count; (count = await local.ReadAsync(buffer, ended.Token)) > 0;)
            {
                await socket.SendAsync(Data, buffer.AsMemory(0, count), ended.Token);
            }

            ended.CancelAfter(SilenceLimit);
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Told by the other direction.
        }
    }

    private static async Task ReceiveAsync(ChannelSocket socket, NetworkStream local, Action came, CancellationToken cancellationToken)
    {
        // The first two bytes of each channel are the port.
        var greetings = new Dictionary<byte, int> { [Data] = sizeof(ushort), [Failure] = sizeof(ushort) };
        using var words = new MemoryStream();
        await socket.ReceiveAsync(
            async (channel, bytes) =>
            {
                var skipped = Math.Min(greetings.GetValueOrDefault(channel), bytes.Length);
                if (skipped > 0)
                {
                    greetings[channel] -= skipped;
                    bytes = bytes[skipped..];
                }

                came();
                if (channel == Data)
                {
                    await local.WriteAsync(bytes, cancellationToken);
                }
                else if (channel == Failure && words.Length < BufferBytes)
                {
                    words.Write(bytes.Span);
                }
            },
            cancellationToken);
        if (words.Length > 0)
        {
            throw new IOException(Encoding.UTF8.GetString(words.ToArray()).ReplaceLineEndings(" ").Trim());
        }
    }
}
