using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace CriSharp.Streaming.Server;

/// <summary>Where the streaming server listens.</summary>
/// <param name="Port">0: any free one.</param>
public sealed record StreamingOptions(IPAddress Address, int Port)
{
    /// <summary>Asked at each handshake, so that a renewed one is taken up. Null: no TLS.</summary>
    public Func<X509Certificate2>? Certificate { get; init; }

    /// <summary>A session in which nothing is said for so long is ended.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(4);
}
