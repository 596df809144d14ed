using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.Grpc.Tests.Probe;

/// <summary>Does what its proto says, and tells the test which calls it has seen.</summary>
internal sealed class ProberService : Prober.ProberBase
{
    private readonly ConcurrentDictionary<string, Sighting> _sightings = new(StringComparer.Ordinal);

    public volatile int PouredMegabytes;

    public Sighting Of(string name) => _sightings.GetOrAdd(name, _ => new Sighting());

    public override Task<Payload> Echo(Payload request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Count(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        var count = int.Parse(request.Body.ToStringUtf8(), CultureInfo.InvariantCulture);
        for (var number = 0; number < count; number++)
        {
            await responseStream.WriteAsync(Text(number.ToString(CultureInfo.InvariantCulture)), context.CancellationToken);
        }
    }

    /// <summary>As many megabytes as the request says, one in each message; <see cref="PouredMegabytes"/> tells how many were taken.</summary>
    public override async Task Pour(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        var message = new Payload { Body = ByteString.CopyFrom(new byte[1 << 20]) };
        for (var left = int.Parse(request.Body.ToStringUtf8(), CultureInfo.InvariantCulture); left > 0; left--)
        {
            await responseStream.WriteAsync(message, context.CancellationToken);
            PouredMegabytes++;
        }
    }

    public override Task<Payload> Fail(Payload request, ServerCallContext context) => throw Failure(request);

    public override async Task FailLate(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(request);
        throw Failure(request);
    }

    public override async Task<Payload> Wait(Payload request, ServerCallContext context)
    {
        await WaitForCancellationAsync(request, context);
        return request;
    }

    public override async Task WaitStreaming(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(request);
        await WaitForCancellationAsync(request, context);
    }

    public override async Task<Payload> Ignore(Payload request, ServerCallContext context)
    {
        var sighting = Of(request.Body.ToStringUtf8());
        sighting.Entered.TrySetResult();
        await sighting.Release.Task;
        sighting.Left.TrySetResult();
        return request;
    }

    public override Task<Payload> Headers(Payload request, ServerCallContext context)
    {
        var value = context.RequestHeaders.GetValue("x-probe") ?? "";
        context.ResponseTrailers.Add("x-probe-back", value);
        context.ResponseTrailers.Add("x-probe-bin", Encoding.UTF8.GetBytes(value));
        return Task.FromResult(Text(value));
    }

    public static Payload Text(string text) => new() { Body = ByteString.CopyFromUtf8(text) };

    private async Task WaitForCancellationAsync(Payload request, ServerCallContext context)
    {
        var sighting = Of(request.Body.ToStringUtf8());
        sighting.Entered.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
        finally
        {
            sighting.Left.TrySetResult();
        }
    }

    private static RpcException Failure(Payload request)
    {
        var text = request.Body.ToStringUtf8();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return new RpcException(new Status((StatusCode)int.Parse(text[..space], CultureInfo.InvariantCulture), text[(space + 1)..]));
    }
}

/// <summary>What happened to one call.</summary>
internal sealed class Sighting
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The handler has ended.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
