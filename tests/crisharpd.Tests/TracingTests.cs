using System.Diagnostics;
using CriSharp.Daemon.Tracing;
using CriSharp.Daemon.Tracing.Otlp;

namespace CriSharp.Daemon.Tests;

public sealed class TracingTests : IDisposable
{
    private readonly ActivitySource _source = new($"test-{Guid.NewGuid()}");
    private readonly SpanQueue _queue = new();
    private ActivityListener? _listener;

    public void Dispose()
    {
        _listener?.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData(0, ActivityTraceFlags.Recorded, true)]
    [InlineData(1_000_000, ActivityTraceFlags.None, false)]
    public void Span_WhenTheCallerHasDecided_IsAsHeSays(int rate, ActivityTraceFlags flags, bool isRecorded)
    {
        Listen(rate);
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);

        using (var call = _source.StartActivity("call", ActivityKind.Server, parent))
        {
            Assert.Equal(isRecorded, call!.Recorded);
            using var part = _source.StartActivity("part");
            Assert.Equal(isRecorded, part is { Recorded: true });
        }

        Assert.Equal(isRecorded ? ["part", "call"] : [], _queue.Take(10).Select(span => span.DisplayName));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1_000_000, 1000, 1000)]
    [InlineData(250_000, 180, 320)]
    public void Span_WhenNobodyHasDecided_IsOfTheShareWithAllBelowIt(int rate, int least, int most)
    {
        Listen(rate);
        for (var call = 0; call < 1000; call++)
        {
            using var whole = _source.StartActivity("call");
            using var part = _source.StartActivity("part");
        }

        var spans = _queue.Take(int.MaxValue);
        Assert.InRange(spans.Count(span => span.DisplayName == "call"), least, most);
        Assert.Equal(spans.Count(span => span.DisplayName == "call"), spans.Count(span => span.DisplayName == "part"));
    }

    [Fact]
    public void Queue_WhenFull_DropsAndCounts()
    {
        Listen(1_000_000);
        for (var span = 0; span < 5000; span++)
        {
            _source.StartActivity("span")!.Dispose();
        }

        Assert.Equal((4096, 904), (_queue.Count, _queue.Dropped));
        _queue.Close();
        _source.StartActivity("late")!.Dispose();
        Assert.Equal(905, _queue.Dropped);
    }

    [Fact]
    public void Otlp_WhenWritten_HasIdsTimesAttributesAndTheFailure()
    {
        Listen(0);
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "k=v", isRemote: true);
        using (var activity = _source.StartActivity("call", ActivityKind.Server, parent))
        {
            activity!.SetTag("text", "x").SetTag("number", 5).SetTag("long", 6L).SetTag("empty", "").SetStatus(ActivityStatusCode.Error, "why");
        }

        var resource = Assert.Single(OtlpSpans.RequestOf(_queue.Take(1)).ResourceSpans);
        Assert.Contains(resource.Resource.Attributes, attribute => attribute is { Key: "service.name", Value.StringValue: "crisharpd" });
        var span = Assert.Single(Assert.Single(resource.ScopeSpans).Spans);
        Assert.Equal(parent.TraceId.ToHexString(), Convert.ToHexStringLower(span.TraceId.Span));
        Assert.Equal(parent.SpanId.ToHexString(), Convert.ToHexStringLower(span.ParentSpanId.Span));
        Assert.Equal(8, span.SpanId.Length);
        Assert.Equal(("call", "k=v", Span.Types.SpanKind.Server), (span.Name, span.TraceState, span.Kind));
        Assert.InRange(span.EndTimeUnixNano, span.StartTimeUnixNano, span.StartTimeUnixNano + 60_000_000_000);
        Assert.Equal(["text", "number", "long"], span.Attributes.Select(attribute => attribute.Key));
        Assert.Equal([0, 5, 6], span.Attributes.Select(attribute => attribute.Value.IntValue));
        Assert.Equal((SpanStatus.Types.Code.Error, "why"), (span.Status.Code, span.Status.Message));
    }

    private void Listen(int rate)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = new SpanSampling(rate).Decide,
            ActivityStopped = _queue.Add,
        };
        ActivitySource.AddActivityListener(_listener);
        Activity.Current = null;
    }
}
