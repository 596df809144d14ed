using CriSharp.Daemon.Checks;
using CriSharp.Images;
using CriSharp.Images.Pulling;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Host;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Recovery;

namespace CriSharp.Daemon.Composition;

/// <summary>Finds pods, containers and images again, asks the runtimes what they can do, and loads the AppArmor profile.</summary>
internal sealed class StartUp(RecoverPods recoverPods, TakeUpNetworks takeUpNetworks, AuditLeftovers audit, FreeUnusedLayers freeUnused, HandlerFactsTable handlerFacts, RuntimeVersions versions, AppArmor appArmor,
    PullOptions pulls, TimeProvider time) : IStartUp
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var asked = Task.WhenAll(handlerFacts.AskAsync(cancellationToken), versions.AskAsync(cancellationToken));
        var confined = appArmor.StartAsync(cancellationToken);
        await recoverPods.RunAsync();
        takeUpNetworks.Start();
        await asked;
        await confined;
    }

    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        await freeUnused.SweepAsync(pulls.KeepForRetry, time, cancellationToken);
        await audit.RunAsync(AuditScope.RemoveSure, cancellationToken);
    }
}
