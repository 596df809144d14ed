using System.Net.Sockets;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Pods.Exec;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Daemon.Services;

/// <summary>The room of the pods, as the streaming server needs it.</summary>
internal sealed class StreamingRuntime(PodVerbs pods) : IStreamingRuntime
{
    public async Task<IProcessSession> ExecAsync(ExecTicket ticket, CancellationToken cancellationToken) => new CommandSession(await pods.StreamedExec.StartAsync(
        new StreamedExecOrder(ticket.ContainerId, ticket.Command, ticket.Tty, ticket.Stdin, ticket.Stdout, ticket.Stderr), cancellationToken));

    public async Task<IProcessSession> AttachAsync(AttachTicket ticket, CancellationToken cancellationToken)
    {
        var endsWithInput = !ticket.Tty && !pods.AttachContainer.HasInputOnce(ticket.ContainerId);
        var process = await pods.AttachContainer.StartAsync(new AttachOrder(ticket.ContainerId, ticket.Tty, ticket.Stdin, ticket.Stdout, ticket.Stderr), cancellationToken);
        return new AttachedSession(process, endsWithInput);
    }

    public async Task<IForwardedConnection> ConnectAsync(PortForwardTicket ticket, int port, CancellationToken cancellationToken) =>
        new ForwardedConnection(await pods.ConnectToPort.RunAsync(ticket.PodSandboxId, port, cancellationToken));

    private class CommandSession(IStreamedProcess process) : IProcessSession
    {
        public Stream? Stdin => process.Stdin;

        public Stream? Stdout => process.Stdout;

        public Stream? Stderr => process.Stderr;

        public virtual bool EndsWithInput => false;

        public void Resize(int columns, int rows) => process.Resize(columns, rows);

        public virtual async Task<int?> WaitAsync(CancellationToken cancellationToken) => await process.WaitAsync(cancellationToken);

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }

    /// <summary>As with the peers. The container's code is told by its status: kubectl would take it for a failure to attach, and print the log again.</summary>
    private sealed class AttachedSession(IStreamedProcess process, bool endsWithInput) : CommandSession(process)
    {
        public override bool EndsWithInput => endsWithInput;

        public override async Task<int?> WaitAsync(CancellationToken cancellationToken)
        {
            await base.WaitAsync(cancellationToken);
            return null;
        }
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
