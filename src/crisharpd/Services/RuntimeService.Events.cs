using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

internal sealed partial class RuntimeService
{
    /// <summary>Open until the caller leaves or the daemon stops. The headers tell the caller that from here on it misses nothing.</summary>
    public override async Task GetContainerEvents(GetEventsRequest request, IServerStreamWriter<ContainerEventResponse> responseStream, ServerCallContext context)
    {
        using var listener = pods.Events.Listen();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await context.WriteResponseHeadersAsync([]);
        await foreach (var happened in listener.ReadAsync(either.Token))
        {
            await responseStream.WriteAsync(happened, either.Token);
        }
    }
}
