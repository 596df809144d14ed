namespace CriSharp.Pods.Exec;

/// <summary>A command beside a client. At least one stream; with <paramref name="Tty"/>, no stderr.</summary>
public sealed record StreamedExecOrder(string ContainerId, IReadOnlyList<string> Command, bool Tty, bool Stdin, bool Stdout, bool Stderr);

/// <summary>A place at a container's own streams; <paramref name="Tty"/> is as the container's. At least one stream; with a terminal, no stderr.</summary>
public sealed record AttachOrder(string ContainerId, bool Tty, bool Stdin, bool Stdout, bool Stderr);
