using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace CriSharp.IntegrationTests.Machine;

/// <summary>One registry with a busybox image and one instance of the daemon, for all tests that do not end the daemon.</summary>
public sealed class SharedInstance : IAsyncLifetime
{
    public LocalRegistry Registry { get; private set; } = null!;

    public DaemonInstance Daemon { get; private set; } = null!;

    /// <summary>Where the daemon looks for CDI specification files; empty but for what a test puts there.</summary>
    public string CdiFolder { get; } = Directory.CreateTempSubdirectory("cdi-").FullName;

    public CriClient Client => Daemon.Client;

    /// <summary>The busybox image's name in the registry.</summary>
    public string ImageName { get; private set; } = "";

    public string ImageId { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Registry = await LocalRegistry.StartAsync();
        ImageName = await Registry.PushBusyboxAsync();
        Daemon = await DaemonInstance.StartAsync("--insecure-registry", Registry.Host, "--cdi-spec-dirs", CdiFolder);
        ImageId = await Client.PullAsync(ImageName);

        // The first pod makes what stays for good: the bridge, the address plugin's own files, folders of the daemon.
        foreach (var handler in (string[])["", DaemonInstance.FaultyHandler])
        {
            var config = PodConfigs.Pod(Daemon.CgroupParent, Daemon.PodLogs);
            var pod = await Client.RunPodAsync(config, handler);
            await Client.StartAsync(await Client.CreateAsync(pod, PodConfigs.Sleeper(ImageId), config));
            await Client.StopPodAsync(pod);
            await Client.RemovePodAsync(pod);
        }
    }

    public async Task DisposeAsync()
    {
        if (Daemon is not null)
        {
            await Daemon.DisposeAsync();
        }

        if (Registry is not null)
        {
            await Registry.DisposeAsync();
        }

        Directory.Delete(CdiFolder, recursive: true);
    }
}

/// <summary>Tests of one collection run one after the other and share the instance.</summary>
[CollectionDefinition(Name)]
public sealed class SharedInstanceTests : ICollectionFixture<SharedInstance>
{
    public const string Name = "shared instance";
}
