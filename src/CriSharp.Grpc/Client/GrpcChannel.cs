using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>How a channel is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Carries the HTTP/2 requests.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Bytes of a response; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Bytes of a request; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The channel disposes of the handler.</summary>
    public bool DisposeHttpClient { get; set; }
}

/// <summary>A way to a server over one HTTP/2 connection, opened by the first call and again when it is lost.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly GrpcChannelOptions _options;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        (_address, _options) = (address, options);
        _http = new HttpMessageInvoker(options.HttpHandler ?? new SocketsHttpHandler(), options.DisposeHttpClient || options.HttpHandler is null);
    }

    /// <param name="address">http://host; its host is the :authority that the server sees.</param>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => new(new Uri(address), channelOptions);

    public override CallInvoker CreateCallInvoker() =>
        new HttpCallInvoker(_http, _address, _options.MaxReceiveMessageSize ?? int.MaxValue - 1024, _options.MaxSendMessageSize ?? int.MaxValue - 1024, _closed.Token);

    /// <summary>Cancels the calls that are under way.</summary>
    public void Dispose()
    {
        _closed.Cancel();
        _http.Dispose();
    }
}
