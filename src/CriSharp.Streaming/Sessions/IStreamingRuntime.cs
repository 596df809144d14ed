using CriSharp.Primitives;

namespace CriSharp.Streaming.Sessions;

/// <summary>What the streaming server needs from a runtime. The requests were checked when their URLs were given, which may be a minute ago: each is checked again.</summary>
public interface IStreamingRuntime
{
    /// <summary>Starts a command in a running container.</summary>
    /// <exception cref="RuntimeException">The command could not be started; the words are for the user.</exception>
    Task<IProcessSession> ExecAsync(ExecTicket ticket, CancellationToken cancellationToken);

    /// <summary>Joins the streams of a running container's first process, beside whoever has joined them already.</summary>
    /// <exception cref="RuntimeException">It has ended, or has no monitor any more.</exception>
    Task<IProcessSession> AttachAsync(AttachTicket ticket, CancellationToken cancellationToken);

    /// <summary>Connects to a TCP port inside a pod's network: 127.0.0.1, then ::1.</summary>
    /// <exception cref="RuntimeException">Nobody listens there, or the pod has ended; the words are for the user.</exception>
    Task<IForwardedConnection> ConnectAsync(PortForwardTicket ticket, int port, CancellationToken cancellationToken);
}
