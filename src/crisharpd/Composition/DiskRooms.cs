using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Linux.Files;
using CriSharp.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>The room on the root's disk, what is held of it, and who looks after it.</summary>
internal static class DiskRooms
{
    public static void AddDisk(this IServiceCollection services, DaemonOptions options)
    {
        services.AddSingleton(provider =>
        {
            var log = provider.GetRequiredService<ILogger<RootHealth>>();
            return DiskReserve.Open(Path.Combine(options.Root, "reserve"), options.DiskReserveBytes, reserve => Tell(log, reserve));
        });
        services.AddSingleton(provider => new DiskRoom(
            options.Root, provider.GetRequiredService<DiskReserve>(), options.PullDiskFloorBytes ?? DiskRoom.DefaultFloorBytes(options.Root)));
        services.AddSingleton<RootHealth>();
        services.AddHostedService(provider => provider.GetRequiredService<RootHealth>());
    }

    private static void Tell(ILogger log, DiskReserve reserve)
    {
        if (reserve.IsWhole)
        {
            log.ReserveIsWhole(reserve.Folder, reserve.SizeBytes);
            return;
        }

        log.ReserveIsUsed(reserve.Folder, reserve.HeldBytes, reserve.SizeBytes);
    }
}
