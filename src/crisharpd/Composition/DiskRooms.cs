using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Linux.Files;
using CriSharp.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>The room on the disks of root and image store, what is held of it, and who looks after it.</summary>
internal static class DiskRooms
{
    public static void AddDisk(this IServiceCollection services, DaemonOptions options)
    {
        services.AddSingleton(provider => OpenReserve(options.Root, options, provider));
        services.AddSingleton(provider => new DiskRoom(
            options.Root, provider.GetRequiredService<DiskReserve>(), options.PullDiskFloorBytes ?? DiskRoom.DefaultFloorBytes(options.Root)));
        services.AddSingleton(provider => ImageDiskOf(options, provider));
        services.AddSingleton<RootHealth>();
        services.AddHostedService(provider => provider.GetRequiredService<RootHealth>());
    }

    private static DiskReserve OpenReserve(string folder, DaemonOptions options, IServiceProvider provider)
    {
        var log = provider.GetRequiredService<ILogger<RootHealth>>();
        return DiskReserve.Open(Path.Combine(folder, "reserve"), options.DiskReserveBytes, reserve => Tell(log, reserve));
    }

    /// <summary>A disk of its own has a reserve of its own: removing an image from it when it is full needs room there.</summary>
    private static ImageDisk ImageDiskOf(DaemonOptions options, IServiceProvider provider) => options.HasSplitImageStore
        ? new ImageDisk(new DiskRoom(
            options.ImageStore, OpenReserve(options.ImageStore, options, provider), options.PullDiskFloorBytes ?? DiskRoom.DefaultFloorBytes(options.ImageStore)))
        : new ImageDisk(provider.GetRequiredService<DiskRoom>());

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
