using System.Diagnostics;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Tracing.Otlp;
using CriSharp.Primitives;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Tracing;

/// <summary>
/// Sends spans to a collector, by OTLP over gRPC without TLS: many at once, each once. What a collector does not take is dropped and counted,
/// and it is left in peace for longer and longer. Nothing waits for it but the daemon's end, and that not long.
/// </summary>
internal sealed partial class SpanExporter(SpanQueue queue, TracingOptions options, TimeProvider time, ILogger<SpanExporter> logger) : BackgroundService
{
    private const int BatchSpans = 512;

    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _end = new();
    private readonly SpanSampling _sampling = new(options.RatePerMillion);
    private ActivityListener? _listener;
    private TimeSpan _pause;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkSpan.SourceName,
            Sample = _sampling.Decide,
            ActivityStopped = queue.Add,
        };
        ActivitySource.AddActivityListener(_listener);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _listener?.Dispose();
        queue.Close();
        _end.CancelAfter(FlushLimit);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener?.Dispose();
        _end.Dispose();
        base.Dispose();
    }

    /// <summary>Ends by itself once the queue is closed and empty: what is left at the daemon's end has so long, then each batch fails at once.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var channel = GrpcChannel.ForAddress($"http://{options.Endpoint}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = SendLimit, ActivityHeadersPropagator = null },
            DisposeHttpClient = true,
        });
        var collector = new TraceService.TraceServiceClient(channel);
        while (await queue.WaitAsync(CancellationToken.None))
        {
            // At the stop nobody waits any more.
            var pause = _pause > Gathering ? _pause : Gathering;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SendAsync(collector, queue.Take(BatchSpans));
            while (queue.Count > 0 && _pause == TimeSpan.Zero)
            {
                await SendAsync(collector, queue.Take(BatchSpans));
            }
        }
    }

    private async Task SendAsync(TraceService.TraceServiceClient collector, List<Activity> spans)
    {
        try
        {
            var deadline = (time.GetUtcNow() + SendLimit).UtcDateTime;
            using var call = collector.ExportAsync(OtlpSpans.RequestOf(spans), new CallOptions(deadline: deadline, cancellationToken: _end.Token));
            var answer = await call.ResponseAsync;
            var rejected = (int)Math.Clamp(answer.PartialSuccess?.RejectedSpans ?? 0, 0, spans.Count);
            queue.Drop(rejected);
            queue.CountSent(spans.Count - rejected);
            Succeed();
        }
        catch (Exception failure)
        {
            queue.Drop(spans.Count);
            Fail(failure.Message);
        }
    }

    private void Succeed()
    {
        if (_pause > TimeSpan.Zero)
        {
            TakesAgain(options.Endpoint, queue.Dropped);
        }

        _pause = TimeSpan.Zero;
    }

    /// <summary>Said once, not at each try.</summary>
    private void Fail(string reason)
    {
        if (_pause == TimeSpan.Zero)
        {
            TakesNone(options.Endpoint, reason);
        }

        var longer = _pause * 2;
        _pause = longer < ShortestPause ? ShortestPause : longer < LongestPause ? longer : LongestPause;
    }

    [LoggerMessage(1701, LogLevel.Warning, "The collector of traces {Endpoint} takes none: {Reason}; spans are dropped until it does")]
    private partial void TakesNone(string endpoint, string reason);

    [LoggerMessage(1702, LogLevel.Information, "The collector of traces {Endpoint} takes them again; {Dropped} spans were dropped since the start")]
    private partial void TakesAgain(string endpoint, long dropped);
}
