using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Machine;

public class VersionAndStatusTests(SharedInstance shared) : PodTest(shared)
{
    [Theory]
    [InlineData("")]
    [InlineData("0.1.0")]
    public async Task Version_WhenAKubeletAsks_HasAllFields(string asked)
    {
        var version = await Client.Runtime.VersionAsync(new VersionRequest { Version = asked }, CriClient.Limited);

        Assert.Equal(("0.1.0", "crisharp", "v1"), (version.Version, version.RuntimeName, version.RuntimeApiVersion));
        Assert.NotEqual("", version.RuntimeVersion);
    }

    [Fact]
    public async Task Status_WhenWell_IsReadyAndNamesTheDefaultHandlerAsEmpty()
    {
        var status = await Client.Runtime.StatusAsync(new StatusRequest { Verbose = true }, CriClient.Limited);

        Assert.True(status.Status.Conditions.Single(condition => condition.Type == "RuntimeReady").Status);
        Assert.True(status.Status.Conditions.Single(condition => condition.Type == "NetworkReady").Status);
        Assert.Equal(
            ((string[])["", DaemonInstance.FaultyHandler, TestNode.Runtime]).Order(StringComparer.Ordinal), status.RuntimeHandlers.Select(handler => handler.Name).Order(StringComparer.Ordinal));
        Assert.Equal(new RuntimeFeatures { SupplementalGroupsPolicy = true, MountOptions = true }, status.Features);
        Assert.NotEmpty(status.Info);
    }

    [Fact]
    public async Task RuntimeConfig_WhenAsked_NamesTheCgroupDriver()
    {
        var config = await Client.Runtime.RuntimeConfigAsync(new RuntimeConfigRequest(), CriClient.Limited);

        Assert.Equal(CgroupDriver.Cgroupfs, config.Linux.CgroupDriver);
    }

    [Fact]
    public async Task UpdateRuntimeConfig_WhenThePodCidrChanges_Succeeds() => await Client.Runtime.UpdateRuntimeConfigAsync(
        new UpdateRuntimeConfigRequest { RuntimeConfig = new RuntimeConfig { NetworkConfig = new NetworkConfig { PodCidr = "10.244.0.0/24" } } },
        CriClient.Limited);

    /// <summary>Those that the README lists as not supported yet.</summary>
    [Fact]
    public async Task OtherCalls_WhenMade_AreUnimplemented()
    {
        var runtime = Client.Runtime;
        Func<Task>[] calls =
        [
            async () => await runtime.CheckpointContainerAsync(new CheckpointContainerRequest(), CriClient.Limited),
            async () => await runtime.CheckpointPodAsync(new CheckpointPodRequest(), CriClient.Limited),
            async () => await runtime.RestorePodAsync(new RestorePodRequest(), CriClient.Limited),
        ];

        foreach (var call in calls)
        {
            await AssertFailsAsync(StatusCode.Unimplemented, call);
        }
    }
}
