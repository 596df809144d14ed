using System.Diagnostics;
using System.Globalization;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Tracing.Otlp;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;
using Google.Protobuf;

namespace CriSharp.Daemon.Tracing;

/// <summary>Spans in OpenTelemetry's protocol.</summary>
internal static class OtlpSpans
{
    private const long NanosecondsPerTick = TimeSpan.NanosecondsPerTick;

    public static ExportTraceServiceRequest RequestOf(IEnumerable<Activity> spans)
    {
        var scope = new ScopeSpans { Scope = new InstrumentationScope { Name = WorkSpan.Source.Name, Version = DaemonVersion.Document.Version } };
        scope.Spans.Add(spans.Select(Of));
        var resource = new Resource
        {
            Attributes =
            {
                Attribute("service.name", "crisharpd"),
                Attribute("service.version", DaemonVersion.Document.Version),
                Attribute("host.name", HostName.Read()),
                Attribute("process.pid", Environment.ProcessId),
            },
        };
        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = resource, ScopeSpans = { scope } } } };
    }

    private static Span Of(Activity activity)
    {
        var start = activity.StartTimeUtc;
        var span = new Span
        {
            TraceId = Bytes(activity.TraceId),
            SpanId = Bytes(activity.SpanId),
            ParentSpanId = activity.ParentSpanId == default ? ByteString.Empty : Bytes(activity.ParentSpanId),
            TraceState = activity.TraceStateString ?? "",
            Name = activity.DisplayName,
            Kind = activity.Kind == ActivityKind.Server ? Span.Types.SpanKind.Server : Span.Types.SpanKind.Internal,
            StartTimeUnixNano = Nanoseconds(start),
            EndTimeUnixNano = Nanoseconds(start + activity.Duration),
        };
        span.Attributes.Add(activity.TagObjects.Where(tag => tag.Value is not (null or "")).Select(tag => Attribute(tag.Key, tag.Value!)));
        if (activity.Status == ActivityStatusCode.Error)
        {
            span.Status = new SpanStatus { Code = SpanStatus.Types.Code.Error, Message = activity.StatusDescription ?? "" };
        }

        return span;
    }

    private static KeyValue Attribute(string key, object value) => new()
    {
        Key = key,
        Value = value switch
        {
            int number => new AnyValue { IntValue = number },
            long number => new AnyValue { IntValue = number },
            _ => new AnyValue { StringValue = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" },
        },
    };

    private static ulong Nanoseconds(DateTime time) => (ulong)((time - DateTime.UnixEpoch).Ticks * NanosecondsPerTick);

    private static ByteString Bytes(ActivityTraceId id)
    {
        System.Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Bytes(ActivitySpanId id)
    {
        System.Span<byte> bytes = stackalloc byte[8];
        id.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
