using System.Formats.Tar;
using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Security;

/// <summary>Images whose files are made to lead their runtime to the host's. The names are those of the holes of others.</summary>
public class HostileImageTests(SharedInstance shared) : PodTest(shared)
{
    private const int Readable = 420; // 0644

    /// <summary>Where the runtime mounts, or would make links, there is a link to the host. The container may fail, the host's folder stays as it was.</summary>
    [Theory]
    [InlineData("etc", "CVE-2024-5154")] // /etc/mtab, /etc/hosts, /etc/resolv.conf
    [InlineData("dev", "CVE-2026-41579")]
    [InlineData("proc", "CVE-2019-19921")]
    [InlineData("sys", "CVE-2023-28642")]
    [InlineData("data", "CVE-2021-30465")]
    [InlineData("work", "CVE-2024-45310")]
    public async Task Link_InThePlaceOfAMountPoint_LeavesTheHostAsItWas(string name, string hole)
    {
        var victim = Directory.CreateDirectory(Path.Combine(Daemon.Folder, $"victim-{hole}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(victim, "hosts"), "precious");
        var image = await PushAsync($"link-{name}", tar => tar.WriteEntry(TestLayer.LinkEntry(name, $"/../../../../../../../../..{victim}")));
        var volume = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "any-volume")).FullName;
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(image, "/bin/busybox", "touch", $"/{name}/written");
        config.WorkingDir = "/work/deeper";
        config.Mounts.Add(new Mount { HostPath = volume, ContainerPath = "/data/mounted" });
        try
        {
            await Client.WaitForExitAsync(await pod.StartAsync(config));
        }
        catch (RpcException refused)
        {
            Assert.True(refused.StatusCode is StatusCode.Internal or StatusCode.FailedPrecondition or StatusCode.InvalidArgument, refused.ToString());
        }

        Assert.Equal([Path.Combine(victim, "hosts")], Directory.EnumerateFileSystemEntries(victim));
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(victim, "hosts")));
    }

    [Fact]
    public async Task WorkingDirectory_ThroughALinkOfTheImage_IsNeverTheHosts_CVE_2024_21626()
    {
        var image = await PushAsync("descriptor-link", tar => tar.WriteEntry(TestLayer.LinkEntry("x", "/proc/self/fd")));
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(image);
        config.WorkingDir = "/x/7";

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "/x/7", "links of the image");
    }

    /// <summary>passwd(5) is asked for each container: it must not stop, or fill, the daemon.</summary>
    [Theory]
    [InlineData("fifo", "CVE-2024-9676")]
    [InlineData("/dev/zero", "CVE-2025-4437")]
    [InlineData("huge", "CVE-2026-47262")]
    public async Task Passwd_ThatIsNoSmallFile_IsRefused(string kind, string hole)
    {
        var image = await PushAsync($"passwd-{hole.ToLowerInvariant()}", tar => tar.WriteEntry(kind switch
        {
            "fifo" => new PaxTarEntry(TarEntryType.Fifo, "etc/passwd"),
            "huge" => TestLayer.FileEntry("etc/passwd", new byte[(8 << 20) + 1], Readable),
            _ => TestLayer.LinkEntry("etc/passwd", kind),
        }));
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(image);
        config.Linux.SecurityContext.RunAsUsername = "somebody";

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "passwd");
    }

    /// <summary>
    /// A runtime before its fix hides files by the /dev/null that it finds. It never finds the image's: /dev is a file system of the container's own.
    /// </summary>
    [Fact]
    public async Task MaskedPath_OfAnImageWithAnotherDevNull_IsEmpty_CVE_2025_31133()
    {
        var image = await PushAsync("dev-null", tar => tar.WriteEntry(TestLayer.LinkEntry("dev/null", "/proc/sys/kernel/core_pattern")));
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(image, "sh", "-c", "wc -c < /proc/keys; (echo x > /proc/keys) 2>/dev/null; cat /proc/sys/kernel/core_pattern | wc -l");
        config.Linux.SecurityContext.MaskedPaths.Add("/proc/keys");
        var before = await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern");

        Assert.Equal("0\n1\n", (await pod.RunToEndAsync(config)).Output);
        Assert.Equal(before, await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern"));
    }

    [Fact]
    public async Task Labels_OfAnImage_NeverBecomeAnnotations_CVE_2026_53488()
    {
        var built = await BusyboxImage.BuildAsync(new JsonObject
        {
            ["Cmd"] = new JsonArray("sh"),
            ["Labels"] = new JsonObject { ["run.oci.hooks"] = "/evil", ["io.kubernetes.cri.container-type"] = "sandbox", ["org.criu.config"] = "/evil" },
        });
        var image = await PullAsync(built, "labels");
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Sleeper(image));

        var text = await File.ReadAllTextAsync(Path.Combine(Daemon.RunRoot, "containers", container, "config.json"));

        Assert.DoesNotContain("evil", text);
        Assert.Equal("container", JsonNode.Parse(text)!["annotations"]!["io.kubernetes.cri.container-type"]!.GetValue<string>());
    }

    /// <summary>Mount points that a runtime made are removed with the container; a link that stands there by now is not followed.</summary>
    [Fact]
    public async Task Remove_WhenTheContainerPutLinksWhereMountPointsWere_LeavesTheHost_CVE_2024_23652()
    {
        var victim = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "victim-removal", "deep")).FullName;
        await File.WriteAllTextAsync(Path.Combine(victim, "file"), "precious");
        var volume = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "volume-removal")).FullName;
        var pod = await RunPodAsync();
        var parent = Path.GetDirectoryName(victim)!;
        var config = PodConfigs.Container(
            Image, "sh", "-c", $"mkdir -p /made/x; rm -rf /made; ln -s {parent} /made; ln -s {parent} /tmp/link; rm -rf /var; ln -s / /var; mv /work /moved; ln -s {parent} /work; echo done");
        config.Mounts.Add(new Mount { HostPath = volume, ContainerPath = "/made-by-runtime/deep" });
        config.WorkingDir = "/work/deep";

        var (status, output) = await pod.RunToEndAsync(config);
        await Client.RemoveAsync(status.Id);

        Assert.Equal("done\n", output);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(victim, "file")));
    }

    private async Task<string> PushAsync(string name, Action<TarWriter> write)
    {
        var image = (await BusyboxImage.BuildAsync()).Add(TestLayer.Write(gzip: true, write));
        return await PullAsync(image, name);
    }
}
