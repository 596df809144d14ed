using CriSharp.Daemon.Services;
using CriSharp.Images;
using CriSharp.Pods;
using CriSharp.Pods.Host;
using CriSharp.Pods.Recovery;

namespace CriSharp.Daemon.Composition;

/// <summary>Finds pods and containers again, and asks the runtimes what they can do.</summary>
internal sealed class StartUp(RecoverPods recoverPods, FreeUnusedLayers freeUnused, RuntimeHandlers handlers, NodeFacts node) : IStartUp
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var facts = AskHandlersAsync(cancellationToken);
        await recoverPods.RunAsync();
        await freeUnused.SweepAsync(cancellationToken);
        node.Handlers = await facts;
    }

    /// <summary>The default handler is listed under its own name and under "", which the kubelet looks for.</summary>
    private async Task<IReadOnlyList<HandlerFacts>> AskHandlersAsync(CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(handlers.All.Select(runtime => HandlerFacts.AskAsync(runtime.Handler.Name, runtime, cancellationToken)));
        var preferred = all.First(facts => facts.Name == handlers.Default.Handler.Name);
        return [preferred with { Name = "" }, .. all];
    }
}
