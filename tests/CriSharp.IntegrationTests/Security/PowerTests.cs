using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Security;

/// <summary>A container has the users, groups and powers that were asked for, and none besides. The names are those of the holes of others.</summary>
public class PowerTests(SharedInstance shared) : PodTest(shared)
{
    private const string Powers = "grep -E '^Cap(Inh|Amb)' /proc/self/status";
    private const string None = "CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n";

    [Fact]
    public async Task Powers_OfANonRootUser_AreNotAmbientNorInheritable_CVE_2018_1000400_CVE_2022_27652()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", Powers);
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 };

        Assert.Equal(None, (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Powers_OfANonRootUser_AreAmbientWhereAskedFor()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "grep -E '^Cap(Eff|Amb)' /proc/self/status");
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 };
        config.Linux.SecurityContext.Capabilities = new Capability { AddAmbientCapabilities = { "NET_BIND_SERVICE" } };

        Assert.Equal("CapEff:\t0000000000000400\nCapAmb:\t0000000000000400\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Powers_OfAnExec_AreNotInheritable_CVE_2022_29162()
    {
        var (_, container) = await RunSleeperAsync(config => config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 });

        Assert.Equal(None, await Client.ExecTextAsync(container, "sh", "-c", Powers));
    }

    /// <summary>A file that its own group may not read: who is of that group only by the image's file has to be refused, too.</summary>
    [Fact]
    public async Task Groups_OfTheImage_CountAgainstTheUserToo_CVE_2022_2995_CVE_2023_25173_CVE_2022_36109()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "touch /tmp/denied; chmod 0604 /tmp/denied; chgrp staff /tmp/denied; exec sleep 1000");
        var container = await pod.StartAsync(config);
        var reader = PodConfigs.Container(Image, "sh", "-c", "id -G; cat /data/denied 2>/dev/null && echo read || echo refused");
        reader.Metadata.Name = "reader";
        reader.LogPath = "reader/0.log";
        reader.Linux.SecurityContext.RunAsUsername = "www-data";
        var folder = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "groups")).FullName;
        var file = Path.Combine(folder, "denied");
        await File.WriteAllTextAsync(file, "secret");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(0, await RunAsync("chgrp", "50", file));
        reader.Mounts.Add(new Mount { HostPath = folder, ContainerPath = "/data", Readonly = true });

        Assert.Equal("33 50\nrefused\n", (await pod.RunToEndAsync(reader)).Output);
        await Client.StopAsync(container, 0);
    }

    [Theory]
    [InlineData(SupplementalGroupsPolicy.Merge, "33 50 4000")]
    [InlineData(SupplementalGroupsPolicy.Strict, "33 4000")]
    public async Task Groups_ByPolicy_AreTheSameInContainerExecAndStatus(SupplementalGroupsPolicy policy, string groups)
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Linux.SecurityContext.RunAsUsername = "www-data";
            config.Linux.SecurityContext.SupplementalGroups.Add(4000);
            config.Linux.SecurityContext.SupplementalGroupsPolicy = policy;
        });

        var user = (await Client.StatusAsync(container)).User.Linux;

        Assert.Equal(groups, string.Join(' ', user.SupplementalGroups));
        Assert.Equal((33L, 33L), (user.Uid, user.Gid));
        Assert.Equal(groups + "\n", await Client.ExecTextAsync(container, "id", "-G"));
        Assert.Contains($"Groups:\t{groups}", await Client.ExecTextAsync(container, "cat", "/proc/1/status"));
    }

    /// <summary>A runtime that adds a line for an unknown user to the container's passwd must not take it from HOME.</summary>
    [Theory]
    [InlineData("x\nroot::0:0::/:/bin/sh")]
    [InlineData("/x\rroot::0:0::/:/bin/sh")]
    [InlineData("/x:/bin/sh\n")]
    public async Task Home_WithLineBreaks_ReachesNoFile_CVE_2022_4318_CVE_2026_15809(string home)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "cat /etc/passwd /etc/group");
        config.Envs.Add(new KeyValue { Key = "HOME", Value = ByteString.CopyFromUtf8(home) });
        config.Envs.Add(new KeyValue { Key = "USER", Value = ByteString.CopyFromUtf8(home) });
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 12345 };

        var output = (await pod.RunToEndAsync(config)).Output;

        Assert.Equal("root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/sh\nroot:x:0:\nwww-data:x:33:\nstaff:x:50:www-data\n", output);
    }

    [Theory]
    [InlineData(2147483648)]
    [InlineData(4294967296)]
    [InlineData(-1)]
    public async Task User_OutOfRange_IsRefused_CVE_2024_40635(long uid)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = uid };

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "run_as_user", $"{uid}");
    }

    /// <summary>A second setting behind the first.</summary>
    [Theory]
    [InlineData("1+kernel.core_pattern=|/evil")]
    [InlineData("1\nkernel.core_pattern=|/evil")]
    public async Task Sysctl_WithASecondOneInItsValue_IsRefused_CVE_2022_0811(string value)
    {
        var before = await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern");

        await AssertFailsAsync(
            StatusCode.InvalidArgument, () => RunPodAsync(config => config.Linux.Sysctls["kernel.shm_rmid_forced"] = value), "kernel.shm_rmid_forced");
        Assert.Equal(before, await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern"));
    }

    [Theory]
    [InlineData("org.systemd.property.ExecStart", "/evil")] // CVE-2024-3154
    [InlineData("io.kubernetes.cri-o.UnifiedCgroup.main", "memory.max=max")] // CVE-2023-6476
    [InlineData("run.oci.hooks.stderr", "/evil")]
    [InlineData("org.criu.config", "/evil")]
    public async Task Annotation_ThatRuntimesObey_DoesNotReachThem(string name, string value)
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Annotations[name] = value;
            config.Linux.Resources.MemoryLimitInBytes = 64 << 20;
        });

        var config = await File.ReadAllTextAsync(Path.Combine(Daemon.RunRoot, "containers", container, "config.json"));

        Assert.DoesNotContain(name, config);
        Assert.Contains("67108864", config);
        Assert.Equal(value, (await Client.StatusAsync(container)).Annotations[name]);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
