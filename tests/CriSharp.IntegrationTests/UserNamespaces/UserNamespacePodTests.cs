using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.UserNamespaces;

public sealed class UserNamespacePodTests(UserNamespaceInstance instance) : UserNamespaceTest(instance)
{
    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Pod_WithAUserNamespace_HasItsIdsAndItsOtherNamespaces(string handler)
    {
        var pod = await RunPodAsync(handler, config =>
        {
            config.Hostname = "mapped";
            config.Linux.Sysctls["net.ipv4.ip_unprivileged_port_start"] = "80";
            config.Linux.Sysctls["kernel.shm_rmid_forced"] = "1";
        });
        var container = await pod.StartAsync(PodConfigs.Sleeper(Instance.Image));

        Assert.Equal($"0 {UserNamespaceInstance.HostId} {UserNamespaceInstance.Length}", Words(await ShellAsync(container, "cat /proc/self/uid_map")));
        Assert.Equal($"0 {UserNamespaceInstance.HostId} {UserNamespaceInstance.Length}", Words(await ShellAsync(container, "cat /proc/self/gid_map")));
        Assert.Equal("mapped 80 1", Words(await ShellAsync(container, "hostname; cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced")));
        var init = await InitOfAsync(container);
        Assert.Contains($"Uid:\t{UserNamespaceInstance.HostId}\t", await File.ReadAllTextAsync($"/proc/{init}/status"), StringComparison.Ordinal);
        Assert.Equal(pod.Config.Linux.SecurityContext.NamespaceOptions, (await Client.PodStatusAsync(pod.Id)).Linux.Namespaces.Options);
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Pod_ThatSharesItsProcesses_HasAnInfraProcessInside(string handler)
    {
        var pod = await RunPodAsync(handler, config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);
        var config = PodConfigs.Sleeper(Instance.Image);
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        var container = await pod.StartAsync(config);

        Assert.Equal("/pause", Words((await ShellAsync(container, "cat /proc/1/cmdline")).Replace('\0', ' ')));
        Assert.Equal($"0 {UserNamespaceInstance.HostId} {UserNamespaceInstance.Length}", Words(await ShellAsync(container, "cat /proc/1/uid_map")));
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Pod_WhenTheDaemonIsKilled_IsFoundAgainAndRemovedWhole(string handler)
    {
        var (pod, container) = await RunSleeperAsync(handler);
        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();

        Assert.Equal("0", Words(await ShellAsync(container, "id -u")));
        Assert.Equal("0", Words((await pod.RunToEndAsync(Named("second", "id", "-u"))).Output));
    }

    /// <summary>CVE-2025-47291: the limits of a container in a user namespace are real.</summary>
    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Container_WithLimits_IsLimited_CVE_2025_47291(string handler)
    {
        const long Limit = 64 << 20;
        var (_, container) = await RunSleeperAsync(handler, config => config.Linux.Resources.MemoryLimitInBytes = Limit);
        var init = await InitOfAsync(container);

        var lines = (await File.ReadAllLinesAsync($"/proc/{init}/cgroup")).Select(line => line.Split(':', 3)).ToList();
        var memory = lines.FirstOrDefault(parts => parts[1].Split(',').Contains("memory"));
        var file = memory is not null
            ? $"/sys/fs/cgroup/memory{memory[2]}/memory.limit_in_bytes"
            : $"/sys/fs/cgroup{lines.Single(parts => parts[0] == "0")[2]}/memory.max";
        Assert.Contains(container, file, StringComparison.Ordinal);
        Assert.Equal(Limit.ToString(CultureInfo.InvariantCulture), (await File.ReadAllTextAsync(file)).Trim());
    }

    /// <summary>CVE-2021-41103: nobody of the host but the pod's own root gets to the files of a container.</summary>
    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Folders_OfPodAndContainer_AreClosedToOthers_CVE_2021_41103(string handler)
    {
        var (_, mapped) = await RunSleeperAsync(handler);
        var plainConfig = Instance.PodConfig(config => config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = null);
        var plainPod = await Client.RunPodAsync(plainConfig, handler);
        var plain = await Client.CreateAsync(plainPod, PodConfigs.Sleeper(Instance.Image), plainConfig);

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(Owner | UnixFileMode.GroupExecute, File.GetUnixFileMode(Path.Combine(Daemon.RunRoot, "containers", mapped)));
        Assert.Equal(Owner, File.GetUnixFileMode(Path.Combine(Daemon.RunRoot, "containers", plain)));
        Assert.Equal(Owner, File.GetUnixFileMode(Path.Combine(Daemon.RunRoot, "sandboxes", plainPod)));
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Features_OfARuntimeThatCan_SaySo(string handler)
    {
        var status = await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited);

        Assert.True(status.RuntimeHandlers.Single(known => known.Name == handler).Features.UserNamespaces);
    }

    [Fact]
    public async Task Pod_WhenTheRuntimeCant_IsRefusedAndSaysWhy()
    {
        if (UserNamespaceRuntimes.CanMapMounts(TestNode.RuntimePath))
        {
            return;
        }

        var status = await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited);
        Assert.All(status.RuntimeHandlers.Where(known => known.Name is "" or DaemonInstance.FaultyHandler), known => Assert.False(known.Features.UserNamespaces));
        foreach (var handler in (string[])["", DaemonInstance.FaultyHandler])
        {
            await AssertFailsAsync(StatusCode.FailedPrecondition, "linux.mountExtensions.idmap", () => Client.RunPodAsync(Instance.PodConfig(), handler));
        }
    }

    [Fact]
    public async Task Pod_WithWrongMappings_IsRefusedBeforeAnythingIsMade()
    {
        await AssertFailsAsync(StatusCode.InvalidArgument, "exactly one", () => Client.RunPodAsync(Instance.PodConfig(config =>
            config.Linux.SecurityContext.NamespaceOptions.UsernsOptions.Uids.Add(new IDMapping { HostId = 400000, ContainerId = 65536, Length = 65536 }))));
        await AssertFailsAsync(StatusCode.InvalidArgument, "mode", () => Client.RunPodAsync(Instance.PodConfig(config =>
            config.Linux.SecurityContext.NamespaceOptions.UsernsOptions.Mode = NamespaceMode.Target)));
    }

    private ContainerConfig Named(string name, params string[] command)
    {
        var config = Instance.ContainerConfig(command);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    private async Task<string> InitOfAsync(string container) =>
        (await File.ReadAllTextAsync(Path.Combine(Daemon.RunRoot, "containers", container, "pid"))).Trim();

    private static string Words(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
