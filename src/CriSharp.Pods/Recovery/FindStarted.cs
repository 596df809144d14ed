using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>
/// A daemon may die between the runtime's start of a container and writing it down: of those that are only created by our records,
/// the runtime is asked.
/// </summary>
public sealed partial class FindStarted(ContainerStore containers, RuntimeHandlers handlers, PodsOptions options, ILogger<FindStarted> logger)
{
    private const string Running = "running";

    internal async Task RunAsync(IEnumerable<Container> found) =>
        await Task.WhenAll(found.Where(container => container.State is ContainerState.Created).Select(AskAsync));

    private async Task AskAsync(Container container)
    {
        try
        {
            var state = await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).StateAsync(container.Id, CancellationToken.None);
            if (state?.Status == Running)
            {
                // When exactly it began nobody has written down: at the latest now.
                containers.Change(container, left => left is ContainerState.Created created ? created.Start(options.Time.GetUtcNow()) : null);
                Found(logger, container.Id);
            }
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            NotAsked(logger, container.Id, failure);
        }
    }

    [LoggerMessage(46, LogLevel.Information, "Container {Container} was started just before an earlier daemon ended: it runs")]
    private static partial void Found(ILogger logger, Oci.ContainerId container);

    [LoggerMessage(47, LogLevel.Warning, "The runtime does not say whether container {Container} has been started: it is taken for created")]
    private static partial void NotAsked(ILogger logger, Oci.ContainerId container, Exception failure);
}
