using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CriSharp.Grpc;

/// <summary>Limits that fit a CRI server, whose callers are few, local and trusted, and whose calls may be large and long.</summary>
public static class GrpcLimits
{
    /// <summary>80 MiB, as CRI-O has it: of what a server sends, for lists may be long.</summary>
    public const int MessageBytes = 80 * 1024 * 1024;

    /// <summary>16 MiB: of what a server takes. Requests are one pod's or one container's.</summary>
    public const int RequestBytes = 16 * 1024 * 1024;

    // A kubelet has one connection and may probe hundreds of containers at a time; Kestrel's own 100 would queue them. Streams that are reset count
    // until their calls have ended, and a connection with twice as many is closed (CVE-2023-44487).
    private const int StreamsPerConnection = 1024;
    private const int StreamWindowBytes = 1024 * 1024;
    private const int ConnectionWindowBytes = 4 * 1024 * 1024;

    // Longer than a kubelet is ever silent. Not infinite: Kestrel adds it to the clock, which overflows, and closes the connection at once.
    private static readonly TimeSpan IdleConnection = TimeSpan.FromDays(1);

    /// <summary>Message sizes are checked by their frames, deadlines by the calls: Kestrel's own limits would cut calls that are well.</summary>
    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = IdleConnection;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
    }
}
