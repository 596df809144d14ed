using CriSharp.Streaming.Sessions;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Streaming.Server;

/// <summary>Which streams a command has.</summary>
internal readonly record struct CommandStreams(bool Tty, bool Stdin, bool Stdout, bool Stderr);

/// <summary>A way to carry streams: SPDY/3.1, or WebSocket.</summary>
internal interface IWire
{
    /// <param name="run">Called once the streams are there.</param>
    /// <returns>Null: the handshake failed, which was answered.</returns>
    Task<SessionEnd?> CommandAsync(HttpContext http, CommandStreams streams, Func<ClientStreams, Task<SessionEnd>> run);

    /// <inheritdoc cref="CommandAsync"/>
    Task<SessionEnd?> PortForwardAsync(HttpContext http, PortForwardTicket ticket, Func<int, CancellationToken, Task<IForwardedConnection>> connect);
}
