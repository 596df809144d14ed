using CriSharp.Cni;
using CriSharp.Pods.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Composition;

/// <summary>What an audit looks for, in the order in which leftovers are removed: what holds others comes before them.</summary>
internal static class AuditRooms
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<HostLocalLeases>();
        services.AddSingleton<HostInterfaces>();
        services.AddSingleton<IdOwners>();
        services.AddSingleton<ILeftoverFinder, RuntimeContainers>();
        services.AddSingleton<ILeftoverFinder, OrphanRuntimes>();
        services.AddSingleton<ILeftoverFinder, OrphanMonitors>();
        services.AddSingleton<ILeftoverFinder, OrphanCgroups>();
        services.AddSingleton<ILeftoverFinder, OrphanExecCgroups>();
        services.AddSingleton<ILeftoverFinder, OrphanLeases>();
        services.AddSingleton<ILeftoverFinder, OrphanBundles>();
        services.AddSingleton<ILeftoverFinder, OrphanSnapshots>();
        services.AddSingleton<ILeftoverFinder, OrphanNamespaces>();
        services.AddSingleton<ILeftoverFinder, OrphanPodFolders>();
        services.AddSingleton<ILeftoverFinder, OrphanMounts>();
        services.AddSingleton<ILeftoverFinder, OrphanInterfaces>();
        services.AddSingleton<ILeftoverFinder, UnusedLayers>();
        services.AddSingleton<ILeftoverFinder, UnusedDocuments>();
        services.AddSingleton<ILeftoverFinder, StrayLayers>();
        services.AddSingleton<ILeftoverFinder, StaleStaging>();
        services.AddSingleton<ILeftoverFinder, StaleTemporaryFiles>();
        services.AddSingleton<ILeftoverFinder, SetAsideRecords>();
        services.AddSingleton<AuditLeftovers>();
    }
}
