using CriSharp.Admin;
using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>The listeners, each with what it takes: the CRI's socket, the admin socket beside it, the ports for streams and for figures.</summary>
internal static class Doors
{
    // A kubelet needs two, crictl one for each call, and critest makes two for each of its specs and closes none. gRPC's may be silent for as long as a kubelet is.
    private static readonly ConnectionLimits Cri = new("CRI", All: 2048, OfPeer: 1024, Quiet: null);

    private static readonly ConnectionLimits Admin = new("admin", All: 128, OfPeer: 32, Quiet: TimeSpan.FromSeconds(10));

    // Sessions of kubectl, and what is forwarded to ports: one connection each.
    private static readonly ConnectionLimits Streaming = new("streaming", All: 4096, OfPeer: 4096, Quiet: TimeSpan.FromSeconds(10));

    // A scrape is one question.
    private static readonly ConnectionLimits Metrics = new("metrics", All: 16, OfPeer: 16, Quiet: TimeSpan.FromSeconds(30));

    public static void Open(KestrelServerOptions kestrel, DaemonOptions options)
    {
        kestrel.ListenUnixSocket(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            DoorOf(listen, Cri).Guard(listen);
        });
        kestrel.ListenUnixSocket(AdminAddress.Beside(options.Listen), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            DoorOf(listen, Admin).Guard(listen);
        });
        kestrel.ListenForStreaming(options, listen => DoorOf(listen, Streaming).Guard(listen));
        kestrel.ListenForMetrics(options, listen => DoorOf(listen, Metrics).Guard(listen));
    }

    private static ConnectionDoor DoorOf(ListenOptions listen, ConnectionLimits limits)
    {
        var services = listen.ApplicationServices;
        return new ConnectionDoor(limits, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ConnectionDoor>>());
    }
}
