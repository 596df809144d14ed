using System.Buffers;
using CriSharp.Grpc.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// A call over one HTTP/2 stream. Its token fires when: the deadline passes (<see cref="DeadlinePassed"/> is then completed),
/// or the caller resets the stream or its connection is lost (RequestAborted).
/// </summary>
internal sealed class ServerCall : ServerCallContext, IAsyncDisposable
{
    // A large message goes out in pieces, so that what waits for a slow reader is bounded.
    private const int PieceBytes = 64 * 1024;

    private readonly CancellationTokenSource _cancellation;
    private readonly TaskCompletionSource _deadlinePassed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _method;
    private readonly TimeSpan? _timeout;
    private readonly int _sendLimitBytes;
    private readonly ITimer? _deadlineTimer;
    private Metadata? _requestHeaders;
    private bool _wrote;
    private bool _ended;

    public ServerCall(HttpContext http, string method, TimeSpan? timeout, int sendLimitBytes, TimeProvider timeProvider)
    {
        (Http, _method, _timeout, _sendLimitBytes) = (http, method, timeout, sendLimitBytes);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        DeadlineCore = timeout is { } span ? (timeProvider.GetUtcNow() + span).UtcDateTime : DateTime.MaxValue;
        http.Response.ContentType = GrpcHeaders.ContentType;
        http.Response.Headers[GrpcHeaders.AcceptEncoding] = "identity,gzip";
        if (timeout is { } due)
        {
            _deadlineTimer = timeProvider.CreateTimer(_ => PassDeadline(), null, due, Timeout.InfiniteTimeSpan);
        }
    }

    public HttpContext Http { get; }

    /// <summary>Completed once the deadline has passed; never, where there is none.</summary>
    public Task DeadlinePassed => _deadlinePassed.Task;

    public Status DeadlineStatus => new(StatusCode.DeadlineExceeded, $"The deadline of {_timeout?.TotalSeconds} s passed.");

    protected override string MethodCore => _method;

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => Http.Connection.RemoteIpAddress is { } address ? $"{address}:{Http.Connection.RemotePort}" : "unix:";

    protected override DateTime DeadlineCore { get; }

    protected override CancellationToken CancellationTokenCore => _cancellation.Token;

    protected override Metadata ResponseTrailersCore { get; } = new();

    protected override Status StatusCore { get; set; }

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadHeaders();

    /// <exception cref="InvalidOperationException">The call has ended.</exception>
    public async Task WriteMessageAsync<T>(Marshaller<T> marshaller, T message, bool flush, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var buffer = Frame.Of(marshaller, message, _sendLimitBytes);
        var frame = buffer.Bytes;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _wrote = true;
            while (frame.Length > PieceBytes)
            {
                await Http.Response.BodyWriter.WriteAsync(frame[..PieceBytes], cancellationToken);
                frame = frame[PieceBytes..];
            }

            Http.Response.BodyWriter.Write(frame.Span);
            if (flush)
            {
                await Http.Response.BodyWriter.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the status and closes the stream. The first end counts; a caller that has gone is told nothing.</summary>
    public async Task EndAsync(Status status)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            if (Http.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            WriteStatus(status);
            await Http.Response.CompleteAsync();
        }
        catch (Exception) when (Http.RequestAborted.IsCancellationRequested)
        {
            // The caller went while its answer was being sent.
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_deadlineTimer is not null)
        {
            await _deadlineTimer.DisposeAsync();
        }

        _cancellation.Dispose();
        _writing.Dispose();
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        foreach (var header in responseHeaders)
        {
            Http.Response.Headers.Append(header.Key, GrpcHeaders.Text(header));
        }

        await Http.Response.StartAsync(CancellationToken);
        await Http.Response.BodyWriter.FlushAsync(CancellationToken);
    }

    // The headers frame carries the status where nothing went before it: "trailers only".
    private void WriteStatus(Status status)
    {
        var response = Http.Response;
        var trailersOnly = !response.HasStarted && !_wrote;
        Action<string, string> add = trailersOnly
            ? (name, value) => response.Headers.Append(name, value)
            : (name, value) => response.AppendTrailer(name, value);
        add(GrpcHeaders.Status, GrpcHeaders.Text(status.StatusCode));
        if (status.Detail.Length > 0)
        {
            add(GrpcHeaders.Message, PercentEncoding.Encode(status.Detail));
        }

        foreach (var trailer in ResponseTrailers)
        {
            add(trailer.Key, GrpcHeaders.Text(trailer));
        }
    }

    private void PassDeadline()
    {
        // The answer first: a handler's own registrations on the token may take their time.
        _deadlinePassed.TrySetResult();
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at the same moment.
        }
    }

    private Metadata ReadHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in Http.Request.Headers.Where(header => GrpcHeaders.IsMetadata(header.Key)))
        {
            foreach (var value in values)
            {
                GrpcHeaders.Add(metadata, name, value ?? "");
            }
        }

        return metadata;
    }
}
