using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using Grpc.Core;

namespace CriSharp.Ctl.Tests;

public class RunCommandTests
{
    [Fact]
    public async Task Run_WhenTheContainerEnds_ShowsItsLogGivesItsCodeAndRemovesAll()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.ExitCode = 3;

        var run = await server.CtlAsync("run", "example/image:1", "ls", "-l", "--json");

        Assert.Equal("ls -l --json!\n", run.Output);
        Assert.EndsWith("to stderr\n", run.Error);
        Assert.Equal(3, run.ExitCode);
        Assert.Empty(server.Runtime.Pods);
        Assert.Empty(Directory.GetDirectories(server.LogsFolder));
    }

    [Theory]
    [InlineData("Never")]
    [InlineData("ALWAYS")]
    [InlineData("missing")]
    public async Task Run_WhenToPull_IsTakenInAnyCase(string when)
    {
        await using var server = await FakeCriServer.StartAsync();

        Assert.Equal(0, (await server.CtlAsync("run", "--pull", when, "example/image:1")).ExitCode);
    }

    [Fact]
    public async Task Run_WhenDetached_PrintsTheIdAndLeavesItAndRmRemovesItsLogs()
    {
        await using var server = await FakeCriServer.StartAsync();

        var run = await server.CtlAsync("run", "-d", "--name", "web", "example/image:1", "--", "serve");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Assert.Single(server.Runtime.Containers).Key, run.Output.Trim());
        Assert.Single(server.Runtime.Pods);
        Assert.Single(Directory.GetDirectories(server.LogsFolder));
        Assert.Equal(0, (await server.CtlAsync("rm", "web")).ExitCode);
        Assert.Empty(server.Runtime.Pods);
        Assert.Empty(Directory.GetDirectories(server.LogsFolder));
    }

    [Fact]
    public async Task Run_WhenTheStartFails_SaysWhyInOneLineAndLeavesNothing()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.StartFailure = new RpcException(new Status(StatusCode.InvalidArgument, "no such\ncommand"));

        var run = await server.CtlAsync("run", "--pull", "never", "example/image:1", "nosuch");

        Assert.Equal(125, run.ExitCode);
        Assert.Equal("crisharpctl run: no such command (InvalidArgument)\n", run.Error);
        Assert.Empty(server.Runtime.Pods);
        Assert.Empty(Directory.GetDirectories(server.LogsFolder));
    }

    [Fact]
    public async Task Run_WhenOptionsAreGiven_SaysThemToTheRuntime()
    {
        await using var server = await FakeCriServer.StartAsync();

        await server.CtlAsync(
            "run", "-e", "A=b=c", "-v", "/srv:/data:ro,rslave", "-p", "[::1]:8080:80/udp", "--memory", "64m", "--cpus=0.5", "-u", "7:8", "--host-network",
            "-l", "app=x", "--pid", "pod", "--handler", "special", "--entrypoint", "/bin/sh", "example/image:1");

        var sandbox = server.Runtime.LastSandbox!;
        var container = server.Runtime.LastContainer!;
        Assert.Equal("special", sandbox.RuntimeHandler);
        Assert.Equal(NamespaceMode.Node, sandbox.Config.Linux.SecurityContext.NamespaceOptions.Network);
        Assert.Equal(NamespaceMode.Pod, container.Linux.SecurityContext.NamespaceOptions.Pid);
        Assert.Equal("x", sandbox.Config.Labels["app"]);
        Assert.Equal(new PortMapping { HostIp = "::1", HostPort = 8080, ContainerPort = 80, Protocol = Protocol.Udp }, Assert.Single(sandbox.Config.PortMappings));
        Assert.Equal("b=c", Assert.Single(container.Envs).Value.ToStringUtf8());
        var mount = Assert.Single(container.Mounts);
        Assert.Equal(("/srv", "/data", true, MountPropagation.PropagationHostToContainer), (mount.HostPath, mount.ContainerPath, mount.Readonly, mount.Propagation));
        Assert.Equal(64 << 20, container.Linux.Resources.MemoryLimitInBytes);
        Assert.Equal((50_000, 100_000), (container.Linux.Resources.CpuQuota, container.Linux.Resources.CpuPeriod));
        Assert.Equal((7, 8), (container.Linux.SecurityContext.RunAsUser.Value, container.Linux.SecurityContext.RunAsGroup.Value));
        Assert.Equal("/bin/sh", Assert.Single(container.Command));
        Assert.StartsWith("image-", sandbox.Config.Metadata.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_UnlessPrivileged_HidesWhatTheKubeletHidesAndFiltersCalls(bool isPrivileged)
    {
        await using var server = await FakeCriServer.StartAsync();

        await server.CtlAsync(["run", .. isPrivileged ? ["--privileged"] : Array.Empty<string>(), "example/image:1"]);

        var security = server.Runtime.LastContainer!.Linux.SecurityContext;
        string[] readOnly = isPrivileged ? [] : ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
        var profile = isPrivileged ? null : new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault };
        Assert.Equal(!isPrivileged, security.MaskedPaths.Contains("/proc/kcore") && security.MaskedPaths.Contains("/sys/firmware"));
        Assert.Equal(readOnly, security.ReadonlyPaths);
        Assert.Equal(profile, security.Seccomp);
        Assert.Equal(profile, server.Runtime.LastSandbox!.Config.Linux.SecurityContext.Seccomp);
    }

    [Fact]
    public async Task Run_WhileTheRuntimeIsRestarted_GoesOn()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.ExitCode = 3;
        var failures = new Queue<StatusCode>([StatusCode.Cancelled, StatusCode.Unavailable, StatusCode.Unavailable]);
        server.Runtime.StatusFailure = () => failures.TryDequeue(out var code) ? new RpcException(new Status(code, "stopping")) : null;

        var run = await server.CtlAsync("run", "--pull", "never", "example/image:1", "hello");

        Assert.Equal((3, "hello!\n", "to stderr\n"), (run.ExitCode, run.Output, run.Error));
        Assert.Empty(failures);
        Assert.Empty(server.Runtime.Pods);
    }

    [Fact]
    public async Task Run_WhenTheRuntimeDoesNotComeBack_LeavesThePodWithItsLogAndSaysSo()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.StatusFailure = () => new RpcException(new Status(StatusCode.Unavailable, "nobody is there"));
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var surroundings = new Surroundings(output, error) { PodLogsFolder = server.LogsFolder, Time = new FastTime() };

        var code = await CommandTree.RunAsync(["--endpoint", server.Socket, "run", "--pull", "never", "--name", "web", "example/image:1", "hello"], surroundings);

        Assert.Equal((125, "hello!\n"), (code, System.Text.Encoding.UTF8.GetString(output.ToArray())));
        Assert.Contains("nobody is there", System.Text.Encoding.UTF8.GetString(error.ToArray()), StringComparison.Ordinal);
        Assert.Contains("pod web is left as it is", System.Text.Encoding.UTF8.GetString(error.ToArray()), StringComparison.Ordinal);
        Assert.Single(server.Runtime.Pods);
        Assert.Single(Directory.GetFiles(server.LogsFolder, "0.log", SearchOption.AllDirectories));
        Assert.Empty(server.Runtime.Calls);
    }

    [Fact]
    public async Task Run_WhenThePodCanNotBeRemoved_LeavesItsLog()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.StopPodFailure = new RpcException(new Status(StatusCode.Unavailable, "nobody is there"));

        var run = await server.CtlAsync("run", "--pull", "never", "example/image:1");

        Assert.Contains("could not remove the pod and its logs: ", run.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(server.LogsFolder, "0.log", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("-v", "relative:/data")]
    [InlineData("-v", "/srv:/data:bogus")]
    [InlineData("-p", "80")]
    [InlineData("-p", "8080:0")]
    [InlineData("-p", "8080:80/icmp")]
    [InlineData("-m", "much")]
    [InlineData("-e", "=x")]
    [InlineData("--name", "a/b")]
    [InlineData("--pid", "mine")]
    [InlineData("--pull", "maybe")]
    [InlineData("--pull", "1")]
    public async Task Run_WhenAnOptionIsMalformed_SaysSoBeforeAnythingIsMade(string option, string value)
    {
        await using var server = await FakeCriServer.StartAsync();

        var run = await server.CtlAsync("run", option, value, "example/image:1");

        Assert.Equal(125, run.ExitCode);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Null(server.Runtime.LastSandbox);
    }

    /// <summary>Minutes are over before the first answer; what is waited for takes as long as ever.</summary>
    private sealed class FastTime : TimeProvider
    {
        public override long GetTimestamp() => unchecked(base.GetTimestamp() * 1_000_000);
    }
}
