using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

public sealed class UpdatePodSandboxResourcesTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Update_IsKeptAndShown()
    {
        var pod = await RunPodAsync(config => config.Linux.Resources = new LinuxContainerResources { CpuShares = 100 });
        Assert.Equal(100, (await InfoAsync(pod.Id)).GetProperty("resources").GetProperty("cpuShares").GetInt64());

        await UpdateAsync(pod.Id, new LinuxContainerResources { MemoryLimitInBytes = 1 << 20 }, new LinuxContainerResources { CpuShares = 200, CpuQuota = 20_000, CpuPeriod = 100_000 });
        await UpdateAsync(pod.Id, null, new LinuxContainerResources { CpuShares = 300 });

        var info = await InfoAsync(pod.Id);
        Assert.Equal("""{"cpuShares":300}""", info.GetProperty("resources").GetRawText());
        Assert.Equal("""{"memoryLimitInBytes":1048576}""", info.GetProperty("overhead").GetRawText());
    }

    [Fact]
    public async Task Update_OfNonsense_NamesTheFieldAndChangesNothing()
    {
        var pod = await RunPodAsync();
        await AssertFailsAsync(StatusCode.InvalidArgument, () => UpdateAsync(pod.Id, null, new LinuxContainerResources { CpuPeriod = 5 }), "resources", "cpu_period 5");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => UpdateAsync(pod.Id, new LinuxContainerResources { CpusetCpus = "x" }, null), "overhead", "cpuset_cpus \"x\"");
        Assert.False((await InfoAsync(pod.Id)).TryGetProperty("resources", out _));
    }

    [Fact]
    public async Task Update_OfAPodThatIsStoppedOrNeverWas_IsRefused()
    {
        var pod = await RunPodAsync();
        await Client.StopPodAsync(pod.Id);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => UpdateAsync(pod.Id, null, new LinuxContainerResources { CpuShares = 5 }), "stopped");
        await AssertFailsAsync(StatusCode.NotFound, () => UpdateAsync(new string('a', 64), null, null));
    }

    private async Task UpdateAsync(string pod, LinuxContainerResources? overhead, LinuxContainerResources? resources) => await Client.Runtime.UpdatePodSandboxResourcesAsync(
        new UpdatePodSandboxResourcesRequest { PodSandboxId = pod, Overhead = overhead, Resources = resources }, CriClient.Limited);

    private async Task<JsonElement> InfoAsync(string pod)
    {
        var status = await Client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = pod, Verbose = true }, CriClient.Limited);
        return JsonDocument.Parse(status.Info["info"]).RootElement;
    }
}
