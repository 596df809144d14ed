using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>On a shared mount of the test's own, since the root of a machine for tests may be private.</summary>
public sealed class MountPropagationTests(SharedInstance shared) : PodTest(shared), IAsyncLifetime
{
    private string _folder = "";

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _folder = Directory.CreateTempSubdirectory("propagation-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "none", _folder);
        await RunAsync("mount", "--make-shared", _folder);
        Directory.CreateDirectory(Path.Combine(_folder, "later"));
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        try
        {
            await DisposeAsync();
        }
        finally
        {
            await RunAsync("umount", "--recursive", _folder);
            Directory.Delete(_folder);
        }
    }

    [Theory]
    [InlineData(MountPropagation.PropagationPrivate, "")]
    [InlineData(MountPropagation.PropagationHostToContainer, "file\n")]
    public async Task Mount_WhenTheHostMountsLater_IsSeenAsAskedFor(MountPropagation propagation, string seen)
    {
        var (_, container) = await RunSleeperAsync(config =>
            config.Mounts.Add(new Mount { HostPath = _folder, ContainerPath = "/data", Propagation = propagation }));

        await RunAsync("mount", "-t", "tmpfs", "none", Path.Combine(_folder, "later"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "later", "file"), "");

        Assert.Equal(seen, await Client.ExecTextAsync(container, "ls", "/data/later"));
    }

    /// <summary>The kubelet asks for it where Status says that the handler can.</summary>
    [Theory]
    [InlineData(false, "wrote")]
    [InlineData(true, "refused")]
    public async Task Mount_WhenReadOnlyRecursively_CantBeWrittenBelowEither(bool isRecursive, string expected)
    {
        var status = await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited);
        var handler = status.RuntimeHandlers.Single(one => one.Name == "");
        await RunAsync("mount", "-t", "tmpfs", "none", Path.Combine(_folder, "later"));
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "(touch /data/file || echo refused; touch /data/later/file && echo wrote || echo refused) 2>/dev/null");
        config.Mounts.Add(new Mount { HostPath = _folder, ContainerPath = "/data", Readonly = true, RecursiveReadOnly = isRecursive });

        if (isRecursive && !handler.Features.RecursiveReadOnlyMounts)
        {
            Assert.NotEqual("runc", TestNode.Runtime);
            await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(config), "read-only recursively");
            return;
        }

        Assert.Equal($"refused\n{expected}\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Mount_WhenBidirectional_TheHostSeesWhatAPrivilegedContainerMounts()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.Privileged = true);
        var config = PodConfigs.Sleeper(Image);
        config.Linux.SecurityContext.Privileged = true;
        config.Mounts.Add(new Mount { HostPath = _folder, ContainerPath = "/data", Propagation = MountPropagation.PropagationBidirectional });
        var container = await pod.StartAsync(config);

        await Client.ExecTextAsync(container, "sh", "-c", "mount -t tmpfs none /data/later && touch /data/later/from-container");

        Assert.True(File.Exists(Path.Combine(_folder, "later", "from-container")));
    }

    [Fact]
    public async Task Mount_WhenTheSourceIsNotShared_BidirectionalIsRefused()
    {
        await RunAsync("mount", "--make-private", _folder);
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(new Mount { HostPath = _folder, ContainerPath = "/data", Propagation = MountPropagation.PropagationBidirectional });

        var failure = await Assert.ThrowsAsync<RpcException>(() => pod.StartAsync(config));

        Assert.Contains(_folder, failure.Status.Detail);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = $"/usr/bin/{program}", Arguments = arguments, TimeLimit = TimeSpan.FromSeconds(10) }, CancellationToken.None);
        Assert.True(output.Exit.ShellCode == 0, output.StandardErrorText);
    }
}
