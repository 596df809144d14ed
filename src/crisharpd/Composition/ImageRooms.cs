using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Services;
using CriSharp.Daemon.Signing;
using CriSharp.Images;
using CriSharp.Images.Checking;
using CriSharp.Images.Loading;
using CriSharp.Images.Pulling;
using CriSharp.Images.Saving;
using CriSharp.Images.Trust;
using CriSharp.Linux.Files;
using CriSharp.Pods;
using CriSharp.Pods.Containers;
using CriSharp.Registry;
using CriSharp.Registry.Names;
using CriSharp.Signatures.Checks;
using CriSharp.Storage;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>Where images come from and where they lie, and the verbs on them.</summary>
internal static class ImageRooms
{
    // A pull that nobody wants any more goes on taking the network and the disk.
    private static readonly TimeSpan LongestLinger = TimeSpan.FromMinutes(1);

    public static void AddImages(this IServiceCollection services, DaemonOptions options)
    {
        services.AddSingleton(provider => options.HasSplitImageStore
            ? new BrokenRecords(options.Root, provider.GetRequiredService<TimeProvider>(), options.ImageStore)
            : new BrokenRecords(options.Root, provider.GetRequiredService<TimeProvider>()));

        // On a full disk the folders that opening makes anew find their room in the reserve.
        services.AddSingleton(provider => ImageReserve(provider).Write(() => ContentStore.Open(options.ImageStore)));
        services.AddSingleton(provider => ImageReserve(provider).Write(() => LayerStore.Open(
            options.ImageStore,
            new LayerLimits { FreeBytesKept = provider.GetRequiredService<ImageDisk>().Room.FloorBytes },
            ImageReserve(provider),
            provider.GetRequiredService<TimeProvider>(),
            BootId.Current)));
        services.AddSingleton(provider => provider.GetRequiredService<DiskReserve>().Write(() => SnapshotStore.Open(
            options.Root, provider.GetRequiredService<LayerStore>(), provider.GetRequiredService<DiskReserve>())));
        services.AddSingleton(provider => ImageStore.Open(
            options.ImageStore,
            provider.GetRequiredService<LayerStore>(),
            provider.GetRequiredService<ContentStore>(),
            provider.GetRequiredService<ILogger<ImageStore>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ImageNames>()));
        services.AddRegistries(options);
        services.AddSingleton(new PullOptions { Linger = options.UnclaimedTimeout < LongestLinger ? options.UnclaimedTimeout : LongestLinger });

        services.AddSingleton(provider => new FreeUnusedLayers(
            provider.GetRequiredService<ImageStore>(),
            provider.GetRequiredService<ContentStore>(),
            provider.GetRequiredService<LayerStore>(),
            // A container keeps its layers even where its image was removed behind its back.
            () => provider.GetRequiredService<SnapshotStore>().LayersOfAll(),
            provider.GetRequiredService<ILogger<FreeUnusedLayers>>()));
        services.AddSingleton(provider => new RemoveImage(
            provider.GetRequiredService<ImageStore>(),
            provider.GetRequiredService<FreeUnusedLayers>(),
            provider.GetRequiredService<ContainerStore>().UserOf,
            provider.GetRequiredService<ILogger<RemoveImage>>()));
        services.AddSingleton<IGpgv>(new GpgvProgram(Path.Combine(options.RunRoot, "gpgv"), GpgvProgram.UsualPaths));
        services.AddSingleton<IEd25519, Ed25519Library>();
        services.AddSingleton<CheckSignatures>();
        services.AddSingleton<PolicyNotice>();
        services.AddSingleton(provider => new EnforcePolicy(
            PolicyFindings.FilesOf(options),
            provider.GetRequiredService<CheckSignatures>(),
            provider.GetRequiredService<RegistryClient>(),
            options.RegistriesDirectory,
            provider.GetRequiredService<ContentStore>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PullImage>(provider, provider.GetRequiredService<ImageDisk>().Room));
        services.AddSingleton<PullByName>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LoadArchive>(provider, provider.GetRequiredService<ImageDisk>().Room));
        services.AddSingleton<SaveArchive>();
        services.AddSingleton<NameImage>();
        services.AddSingleton<VerifyImage>();
        services.AddSingleton<ContainerFileSystem>();
        services.AddSingleton<ImageVerbs>();
        services.AddSingleton<ListedImages>();
        services.AddSingleton<FileSystemNames>();
    }

    private static DiskReserve ImageReserve(IServiceProvider provider) => provider.GetRequiredService<ImageDisk>().Room.Reserve;
}
