using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>A container that sees another one's processes, as kubectl debug --target makes it.</summary>
public sealed class TargetProcessesTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Container_WithATarget_SeesItsProcesses()
    {
        var (pod, target) = await RunSleeperAsync();

        var run = await pod.RunToEndAsync(Debugger(target, "sh", "-c", "readlink /proc/self/ns/pid; ps"));

        Assert.StartsWith(await Client.ExecTextAsync(target, "readlink", "/proc/self/ns/pid"), run.Output, StringComparison.Ordinal);
        Assert.Contains("sleep 1000", run.Output);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(target)).State);
    }

    /// <summary>Else a container would see what other pods do.</summary>
    [Fact]
    public async Task Container_WithATargetInAnotherPod_IsRefused()
    {
        var (_, target) = await RunSleeperAsync();
        var other = await RunPodAsync();

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => other.CreateAsync(Debugger(target, "ps")), target, "of this pod");
    }

    [Fact]
    public async Task Container_WithATargetThatDoesNotRun_IsRefused()
    {
        var pod = await RunPodAsync();
        var target = await pod.CreateAsync(PodConfigs.Sleeper(Image));

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(Debugger(target, "ps")), target, "running");
        await AssertFailsAsync(StatusCode.NotFound, () => pod.CreateAsync(Debugger("nosuch", "ps")), "nosuch");
    }

    private ContainerConfig Debugger(string target, params string[] command)
    {
        var config = PodConfigs.Container(Image, command);
        config.Metadata.Name = "debugger";
        config.LogPath = "debugger/0.log";
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Target;
        config.Linux.SecurityContext.NamespaceOptions.TargetId = target;
        return config;
    }
}
