using System.Net.Sockets;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Pods.Exec;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Daemon.Services;

/// <summary>The room of the pods, as the streaming server needs it.</summary>
internal sealed class StreamingRuntime(PodVerbs pods) : IStreamingRuntime
{
    public async Task<IProcessSession> ExecAsync(ExecTicket ticket, CancellationToken cancellationToken) => new ProcessSession(await pods.StreamedExec.StartAsync(
        new StreamedExecOrder(ticket.ContainerId, ticket.Command, ticket.Tty, ticket.Stdin, ticket.Stdout, ticket.Stderr), cancellationToken));

    public async Task<IProcessSession> AttachAsync(AttachTicket ticket, CancellationToken cancellationToken) => new ProcessSession(
        await pods.AttachContainer.StartAsync(new AttachOrder(ticket.ContainerId, ticket.Tty, ticket.Stdin, ticket.Stdout, ticket.Stderr), cancellationToken));

    public async Task<IForwardedConnection> ConnectAsync(PortForwardTicket ticket, int port, CancellationToken cancellationToken) =>
        new ForwardedConnection(await pods.ConnectToPort.RunAsync(ticket.PodSandboxId, port, cancellationToken));

    private sealed class ProcessSession(IStreamedProcess process) : IProcessSession
    {
        public Stream? Stdin => process.Stdin;

        public Stream? Stdout => process.Stdout;

        public Stream? Stderr => process.Stderr;

        public void Resize(int columns, int rows) => process.Resize(columns, rows);

        public Task<int> WaitAsync(CancellationToken cancellationToken) => process.WaitAsync(cancellationToken);

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }

    private sealed class ForwardedConnection(Socket socket) : IForwardedConnection
    {
        public Stream Stream { get; } = new NetworkStream(socket, ownsSocket: true);

        public void EndWrites()
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // The other side has reset it, which the next read tells.
            }
        }

        public ValueTask DisposeAsync() => Stream.DisposeAsync();
    }
}
