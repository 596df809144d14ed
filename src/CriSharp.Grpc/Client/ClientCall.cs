using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using CriSharp.Grpc.Wire;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>
/// One call of a client. It is cancelled when: its deadline passes, the caller's token fires, its channel is disposed of, or the call itself is
/// before its end; the status tells which. Then, and after a failure, the stream is reset: the server learns of it.
/// </summary>
internal sealed class ClientCall<TRequest, TResponse> : IAsyncStreamReader<TResponse>, IDisposable
    where TRequest : class
    where TResponse : class
{
    // What a timer takes at most; a later deadline is the server's alone.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly Method<TRequest, TResponse> _method;
    private readonly CallOptions _options;
    private readonly int _receiveLimitBytes;
    private readonly int _sendLimitBytes;
    private readonly CancellationTokenSource _deadline = new();
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationToken _cancelled;
    private Task<HttpResponseMessage> _response = null!;
    private PipeReader? _body;
    private FrameReader? _frames;
    private Status? _status;
    private Metadata _trailers = Metadata.Empty;
    private int _isLetGo;

    public ClientCall(Method<TRequest, TResponse> method, CallOptions options, int receiveLimitBytes, int sendLimitBytes, CancellationToken channelClosed)
    {
        (_method, _options, _receiveLimitBytes, _sendLimitBytes) = (method, options, receiveLimitBytes, sendLimitBytes);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, options.CancellationToken, channelClosed);
        _cancelled = _cancellation.Token;
    }

    public Task<Metadata> ResponseHeadersAsync { get; private set; } = null!;

    public TResponse Current { get; private set; } = null!;

    public void Start(HttpMessageInvoker http, Uri address, TRequest request)
    {
        _response = SendAsync(http, address, request);
        ResponseHeadersAsync = ReadHeadersAsync();
        // The token given to SendAsync counts until the headers are there; after them, only this resets the stream.
        _cancelled.Register(() => _ = ResetAsync());
    }

    public async Task<TResponse> ReadSingleAsync()
    {
        var response = await MoveNext(CancellationToken.None) ? Current : null;
        if (response is not null && await MoveNext(CancellationToken.None))
        {
            throw Fail(new Status(StatusCode.Internal, $"{_method.FullName} answered with more than one message."));
        }

        return response ?? throw Fail(new Status(StatusCode.Internal, $"{_method.FullName} answered without a message."));
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_status is { } ended)
        {
            return ended.StatusCode == StatusCode.OK ? false : throw new RpcException(ended, _trailers);
        }

        // A token for one read ends the whole call, as in Grpc.Net.Client.
        using var registration = cancellationToken.Register(LetGo);
        try
        {
            var response = await _response;
            _frames ??= await OpenAsync(response);
            if (_frames is not null && await _frames.ReadAsync(_method.ResponseMarshaller, _cancelled) is { } message)
            {
                Current = message;
                return true;
            }

            End(response);
        }
        catch (RpcException failure) when (_status is null)
        {
            throw Fail(failure.Status);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Fail(StatusOf(failure));
        }

        return _status!.Value.StatusCode == StatusCode.OK ? false : throw new RpcException(_status.Value, _trailers);
    }

    public Status GetStatus() => _status ?? throw new InvalidOperationException("The call is still under way.");

    public Metadata GetTrailers() => _status is null ? throw new InvalidOperationException("The call is still under way.") : _trailers;

    public void Dispose() => LetGo();

    private async Task ResetAsync()
    {
        try
        {
            (await _response).Dispose();
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException or RpcException)
        {
            // No response came: whoever reads the call is told.
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, Uri address, TRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // Not given back: who sends it may still read it when the answer is there.
            Content = new ReadOnlyMemoryContent(Frame.Of(_method.RequestMarshaller, request, _sendLimitBytes).Bytes),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        message.Headers.TryAddWithoutValidation("user-agent", "grpc-crisharp/1");
        foreach (var header in _options.Headers ?? Metadata.Empty)
        {
            message.Headers.TryAddWithoutValidation(header.Key, GrpcHeaders.Text(header));
        }

        if (_options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime;
            _deadline.CancelAfter(TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, LongestTimer.Ticks)));
            message.Headers.TryAddWithoutValidation(GrpcTimeout.Header, GrpcTimeout.Format(left));
        }

        return await http.SendAsync(message, _cancelled);
    }

    private async Task<Metadata> ReadHeadersAsync()
    {
        try
        {
            var response = await _response;
            return Peer.Metadata(response.Headers);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Fail(StatusOf(failure));
        }
    }

    private async Task<FrameReader?> OpenAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK || !GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.ToString()))
        {
            throw new RpcException(Peer.NotGrpc(response));
        }

        var encoding = response.Headers.TryGetValues(GrpcHeaders.Encoding, out var values) ? values.First() : null;
        _body = PipeReader.Create(await response.Content.ReadAsStreamAsync(_cancelled));
        return new FrameReader(_body, encoding, _receiveLimitBytes);
    }

    private void End(HttpResponseMessage response)
    {
        _body?.Complete();

        // Trailers only: a call without messages may carry its status in the headers.
        var headers = response.Headers.Contains(GrpcHeaders.Status) ? response.Headers : response.TrailingHeaders;
        _trailers = Peer.Metadata(headers);
        _status = Peer.Status(headers);
        LetGo();
    }

    private RpcException Fail(Status status)
    {
        _status ??= status;
        LetGo();
        return new RpcException(_status.Value, _trailers);
    }

    /// <summary>Ends what is under way; then the timer, the caller's token and the channel, which may live for long, hold nothing of it any more.</summary>
    private void LetGo()
    {
        if (Interlocked.Exchange(ref _isLetGo, 1) != 0)
        {
            return;
        }

        _cancellation.Cancel();
        _cancellation.Dispose();
        _deadline.Dispose();
    }

    private Status StatusOf(Exception failure)
    {
        if (_deadline.IsCancellationRequested)
        {
            return new Status(StatusCode.DeadlineExceeded, $"The deadline of {_method.FullName} passed.", failure);
        }

        return _cancellation.IsCancellationRequested
            ? new Status(StatusCode.Cancelled, $"{_method.FullName} was cancelled.", failure)
            : Peer.Unreachable(failure);
    }
}
