namespace CriSharp.Streaming.Sessions;

/// <summary>What a token stands for: a request that was checked, and that whoever brings the token may have carried out once.</summary>
/// <param name="Kind">The first part of its URL's path.</param>
/// <param name="SubjectId">The container or pod sandbox.</param>
public abstract record StreamingTicket(string Kind, string SubjectId);

/// <summary>A command in a container. At least one stream; with <paramref name="Tty"/>, no stderr.</summary>
public sealed record ExecTicket(string ContainerId, IReadOnlyList<string> Command, bool Tty, bool Stdin, bool Stdout, bool Stderr)
    : StreamingTicket("exec", ContainerId);

/// <summary>A container's own streams; <paramref name="Tty"/> is as the container's.</summary>
public sealed record AttachTicket(string ContainerId, bool Tty, bool Stdin, bool Stdout, bool Stderr) : StreamingTicket("attach", ContainerId);

/// <summary>A pod's ports. <paramref name="Ports"/>: those that were asked for, or none: whatever the client names then, as the kubelet does.</summary>
public sealed record PortForwardTicket(string PodSandboxId, IReadOnlyList<int> Ports) : StreamingTicket("portforward", PodSandboxId);
