using System.Diagnostics;
using CriSharp.Daemon.Metrics;
using CriSharp.Primitives;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Errors;

/// <summary>Gives each call its id, the scope of its log lines, its span under the caller's, and counts how it ended.</summary>
internal sealed class CallObserver(CallFigures figures, TimeProvider time, ILogger<CallObserver> log)
{
    /// <summary>To be called by the asynchronous method that serves the call: what it sets ends with that method.</summary>
    public ObservedCall Begin(ServerCallContext context)
    {
        var figure = figures.Of(context.Method);
        var request = RequestId.Begin();
        var span = BeginSpan(context, figure);
        span?.SetTag("rpc.system", "grpc").SetTag("rpc.service", figure.Path[..^(figure.Name.Length + 1)]).SetTag("rpc.method", figure.Name).SetTag("crisharp.request", request);
        var scope = log.BeginScope(new CallScope(request, span is { Recorded: true } ? span.TraceId.ToHexString() : null));
        return new ObservedCall(figure, request, span, scope, time);
    }

    private static Activity? BeginSpan(ServerCallContext context, CallFigure figure)
    {
        if (!WorkSpan.Source.HasListeners())
        {
            return null;
        }

        // The web server's own activity, where there is one, is told to nobody: it can't be a parent.
        Activity.Current = null;
        _ = ActivityContext.TryParse(context.RequestHeaders.GetValue("traceparent"), context.RequestHeaders.GetValue("tracestate"), isRemote: true, out var parent);
        return WorkSpan.Source.StartActivity(figure.Path, ActivityKind.Server, parent);
    }
}

/// <summary>A call under way, until it is disposed of.</summary>
internal sealed class ObservedCall(CallFigure figure, string request, Activity? span, IDisposable? scope, TimeProvider time) : IDisposable
{
    private readonly long _startedAt = time.GetTimestamp();
    private Status _status = Status.DefaultSuccess;

    /// <summary>"ListContainers"</summary>
    public string Name => figure.Name;

    public string Request => request;

    public long Milliseconds => (long)time.GetElapsedTime(_startedAt).TotalMilliseconds;

    public void Fail(Status status) => _status = status;

    public void Dispose()
    {
        figure.Add(_status.StatusCode, time.GetElapsedTime(_startedAt));
        EndSpan();
        scope?.Dispose();
    }

    private void EndSpan()
    {
        if (span is null)
        {
            return;
        }

        span.SetTag("rpc.grpc.status_code", (int)_status.StatusCode);
        if (_status.StatusCode != StatusCode.OK)
        {
            span.SetStatus(ActivityStatusCode.Error, _status.Detail);
        }

        span.Dispose();
    }
}
