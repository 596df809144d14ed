using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CriSharp.Grpc.Tests.Probe;

/// <summary>A server of the probe on a Unix socket of its own.</summary>
public sealed class ProbeServer : IAsyncLifetime
{
    /// <summary>No test waits longer for anything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-grpc-");
    private WebApplication _app = null!;

    public string SocketPath => Path.Combine(_folder.FullName, "s");

    internal ProberService Service { get; } = new();

    internal GrpcChannel Channel { get; private set; } = null!;

    internal Prober.ProberClient Client => new(Channel);

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = GrpcLimits.MessageBytes;
            grpc.MaxSendMessageSize = GrpcLimits.MessageBytes;
        });
        builder.Services.AddSingleton(Service);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            GrpcLimits.Apply(kestrel.Limits);
            kestrel.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<ProberService>();
        await _app.StartAsync();
        Channel = UnixSocketChannel.Create(SocketPath);
    }

    public async Task DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>HTTP/2 without our client, for requests that it would never make.</summary>
    public HttpMessageInvoker RawClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true),
    });

    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
        return socket;
    }

    public static HttpRequestMessage Request(string path, HttpContent content)
    {
        content.Headers.ContentType ??= new("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, $"http://localhost{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
    }

    /// <summary>The status of a response that has been read to its end, be it in the headers or in the trailers.</summary>
    public static async Task<(StatusCode Code, string Message)> StatusOfAsync(HttpResponseMessage response)
    {
        await response.Content.ReadAsByteArrayAsync();
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        var message = headers.TryGetValues("grpc-message", out var words) ? words.Single() : "";
        return ((StatusCode)int.Parse(headers.GetValues("grpc-status").Single(), System.Globalization.CultureInfo.InvariantCulture), message);
    }
}
