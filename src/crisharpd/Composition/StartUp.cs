using CriSharp.Images;
using CriSharp.Pods.Host;
using CriSharp.Pods.Recovery;

namespace CriSharp.Daemon.Composition;

/// <summary>Finds pods, containers and images again, and asks the runtimes what they can do.</summary>
internal sealed class StartUp(RecoverPods recoverPods, FreeUnusedLayers freeUnused, HandlerFactsTable handlerFacts) : IStartUp
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var asked = handlerFacts.AskAsync(cancellationToken);
        await recoverPods.RunAsync();
        await asked;
    }

    public async Task TidyAsync(CancellationToken cancellationToken) => await freeUnused.SweepAsync(cancellationToken);
}
