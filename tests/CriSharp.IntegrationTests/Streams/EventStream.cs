using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Streams;

/// <summary>A listener, from the moment on at which it misses nothing.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly AsyncServerStreamingCall<ContainerEventResponse> _call;

    private EventStream(AsyncServerStreamingCall<ContainerEventResponse> call) => _call = call;

    public static async Task<EventStream> OpenAsync(CriClient client)
    {
        var call = client.Runtime.GetContainerEvents(new GetEventsRequest(), CriClient.Limited);
        await call.ResponseHeadersAsync;
        return new EventStream(call);
    }

    /// <summary>All events up to the first that fits.</summary>
    public async Task<IReadOnlyList<ContainerEventResponse>> UntilAsync(Predicate<ContainerEventResponse> last)
    {
        var events = new List<ContainerEventResponse>();
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            events.Add(_call.ResponseStream.Current);
            if (last(events[^1]))
            {
                return events;
            }
        }

        throw new InvalidOperationException("the stream has ended");
    }

    /// <summary>The stream's end, which is none by itself.</summary>
    public async Task<RpcException> FailureAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        }
        catch (RpcException failure)
        {
            return failure;
        }

        throw new InvalidOperationException("the stream has ended well");
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        return ValueTask.CompletedTask;
    }
}
