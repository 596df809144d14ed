using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.Linux.Files;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.UserNamespaces;

/// <summary>An instance with a handler for each runtime that can, and an image with files of several owners.</summary>
public sealed class UserNamespaceInstance : IAsyncLifetime
{
    public const uint HostId = 200000;
    public const uint Length = 65536;

    private LocalRegistry? _registry;

    public DaemonInstance Daemon { get; private set; } = null!;

    public CriClient Client => Daemon.Client;

    public string Image { get; private set; } = "";

    public static IDMapping Mapping => new() { HostId = HostId, ContainerId = 0, Length = Length };

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        var image = (await BusyboxImage.BuildAsync()).Add(TestLayer.Write(gzip: true, tar =>
        {
            tar.WriteEntry(TestLayer.FolderEntry("home/user/", 448)); // 0700
            var file = TestLayer.FileEntry("home/user/own", "mine\n"u8.ToArray(), 384); // 0600
            (file.Uid, file.Gid) = (1000, 1001);
            tar.WriteEntry(file);
        }));
        image.RunConfig["Volumes"] = new JsonObject { ["/srv/db"] = new JsonObject() };
        await _registry.Upload.PushAsync(image, "owners", "latest");
        Daemon = await DaemonInstance.StartAsync(["--insecure-registry", _registry.Host, .. UserNamespaceRuntimes.All.SelectMany(runtime => new[] { "--runtimes", $"{runtime.Name}:{runtime.Path}" })]);

        // A temporary folder is closed; a pod's root has to pass through.
        File.SetUnixFileMode(Daemon.Folder, (UnixFileMode)Permissions.TraversableFolder);
        Image = await Client.PullAsync($"{_registry.Host}/owners:latest");
        foreach (var runtime in UserNamespaceRuntimes.All)
        {
            // The first pod makes what stays for good.
            var config = PodConfig();
            var pod = await Client.RunPodAsync(config, runtime.Name);
            await Client.StartAsync(await Client.CreateAsync(pod, ContainerConfig("true"), config));
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

        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    public PodSandboxConfig PodConfig(Action<PodSandboxConfig>? change = null)
    {
        var config = PodConfigs.Pod(Daemon.CgroupParent, Daemon.PodLogs);
        config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = new UserNamespace { Mode = NamespaceMode.Pod, Uids = { Mapping }, Gids = { Mapping } };
        change?.Invoke(config);
        return config;
    }

    public ContainerConfig ContainerConfig(params string[] command) => PodConfigs.Container(Image, command);
}

[CollectionDefinition(Name)]
public sealed class UserNamespaceTests : ICollectionFixture<UserNamespaceInstance>
{
    public const string Name = "user namespaces";
}
