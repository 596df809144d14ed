using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public sealed class DevicesTests(SharedInstance shared) : PodTest(shared), IAsyncLifetime
{
    private string _folder = "";

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _folder = Directory.CreateTempSubdirectory("devices-").FullName;
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        try
        {
            await DisposeAsync();
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Device_ThatIsALink_IsTheDeviceThatItLeadsTo()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "/dev/full");

        Assert.Equal("character special file 1:7", await SeenAsync(
            new Device { HostPath = Path.Combine(_folder, "link"), ContainerPath = "dev/own", Permissions = "rwm" }, "stat -c '%F %t:%T' /dev/own"));
    }

    [Fact]
    public async Task Device_WithLessPermissions_HasNoMore() => Assert.Equal("refused", await SeenAsync(
        new Device { HostPath = "/dev/kmsg", ContainerPath = "/dev/own", Permissions = "w" }, "(head -c 1 /dev/own) 2>&1 | grep -q 'not permitted' && echo refused"));

    [Fact]
    public async Task Folder_GivesAllOfItsDevices()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "below"));
        await MakeNodeAsync(Path.Combine(_folder, "one"), 3);
        await MakeNodeAsync(Path.Combine(_folder, "below", "two"), 5);

        Assert.Equal("1:3\n1:5", await SeenAsync(
            new Device { HostPath = _folder, ContainerPath = "/dev/all", Permissions = "rw" }, "stat -c '%t:%T' /dev/all/one /dev/all/below/two"));
    }

    /// <summary>What was plugged in while the daemon runs is there, too.</summary>
    [Fact]
    public async Task Privileged_HasADeviceThatCameLater()
    {
        var name = "/dev/" + Path.GetFileName(_folder);
        await MakeNodeAsync(name, 7);
        try
        {
            var pod = await RunPodAsync(pod => pod.Linux.SecurityContext.Privileged = true);
            var config = PodConfigs.Container(Image, "stat", "-c", "%t:%T", name);
            config.Linux.SecurityContext.Privileged = true;

            Assert.Equal("1:7\n", (await pod.RunToEndAsync(config)).Output);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Theory]
    [InlineData("/dev/not-there")]
    [InlineData("/dev/stdin")]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/self")]
    [InlineData("dev/null")]
    public async Task Device_ThatIsNone_IsNamedAndLeavesNothing(string path)
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.Devices.Add(new Device { HostPath = path, ContainerPath = "/dev/own" });

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), path);

        await AssertSameAsync(before);
    }

    /// <param name="minor">Of the memory devices, major 1.</param>
    private static async Task MakeNodeAsync(string path, int minor)
    {
        var run = await ProgramRun.RunAsync(
            new ProgramCommand { Path = "/usr/bin/mknod", Arguments = [path, "c", "1", minor.ToString(CultureInfo.InvariantCulture)], TimeLimit = TimeSpan.FromSeconds(10) },
            CancellationToken.None);
        Assert.True(run.Exit.ShellCode == 0, run.StandardErrorText);
    }

    private async Task<string> SeenAsync(Device device, string script)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", script);
        config.Devices.Add(device);
        return (await pod.RunToEndAsync(config)).Output.TrimEnd('\n');
    }
}
