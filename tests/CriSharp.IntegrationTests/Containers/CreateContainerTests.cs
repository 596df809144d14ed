using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class CreateContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Create_WhenDone_IsCreatedAndHasNotRun()
    {
        var pod = await RunPodAsync();
        var container = await pod.CreateAsync(PodConfigs.Container(Image, "true"));

        var status = await Client.StatusAsync(container);

        Assert.Equal(ContainerState.ContainerCreated, status.State);
        Assert.Equal(0, status.StartedAt);
        Assert.True(status.CreatedAt > 0);
    }

    [Fact]
    public async Task Create_WhenOnlyArgumentsAreGiven_ReplacesTheImagesCommand()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image);
        config.Args.Add(["echo", "from args"]);

        Assert.Equal("from args\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Create_WhenEnvironmentAndFolderAreGiven_RunsWithThem()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "pwd; echo $GREETING; echo $PATH");
        config.WorkingDir = "/tmp/made/here";
        config.Envs.Add(new KeyValue { Key = "GREETING", Value = ByteString.CopyFromUtf8("grüß = dich") });

        var lines = (await pod.RunToEndAsync(config)).Output.Split('\n');

        Assert.Equal("/tmp/made/here", lines[0]);
        Assert.Equal("grüß = dich", lines[1]);
        Assert.Contains("/usr/bin", lines[2]);
    }

    [Fact]
    public async Task Create_WhenMountsAreGiven_BindsThem()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "from the host");
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "cat /data/file; echo; echo x > /data/made && echo wrote; (echo y > /ro/no) 2>/dev/null || echo refused");
        config.Mounts.Add(new Mount { HostPath = folder, ContainerPath = "/data" });
        config.Mounts.Add(new Mount { HostPath = folder, ContainerPath = "/ro", Readonly = true });

        var run = await pod.RunToEndAsync(config);

        Assert.Equal("from the host\nwrote\nrefused\n", run.Output);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(folder, "made")));
        Assert.Equal(config.Mounts, run.Status.Mounts);
    }

    /// <summary>Status says so in its features.</summary>
    [Fact]
    public async Task Create_WhenAMountHasOptions_IsMountedWithThem()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "volume-with-options")).FullName;
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "grep ' /data ' /proc/mounts");
        config.Mounts.Add(new Mount { HostPath = folder, ContainerPath = "/data", MountOptions = { "noexec", "nodev", "nosuid" } });

        var options = (await pod.RunToEndAsync(config)).Output.Split(' ')[3].Split(',');

        Assert.All(config.Mounts[0].MountOptions, option => Assert.Contains(option, options));
    }

    [Fact]
    public async Task Create_WhenAUserIsGivenByIdOrName_RunsAsItWithItsGroups()
    {
        var pod = await RunPodAsync();
        var byName = PodConfigs.Container(Image, "id");
        byName.Linux.SecurityContext.RunAsUsername = "www-data";
        var byId = PodConfigs.Container(Image, "id");
        byId.Metadata.Name = "by-id";
        byId.LogPath = "by-id/0.log";
        byId.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 4711 };
        byId.Linux.SecurityContext.RunAsGroup = new Int64Value { Value = 4712 };
        byId.Linux.SecurityContext.SupplementalGroups.Add(4713);

        var name = await pod.RunToEndAsync(byName);
        var id = await pod.RunToEndAsync(byId);

        Assert.StartsWith("uid=33(www-data) gid=33(www-data)", name.Output);
        Assert.Contains("50(staff)", name.Output);
        Assert.StartsWith("uid=4711 gid=4712", id.Output);
        Assert.Contains("4713", id.Output);
        Assert.Equal((4711, 4712), (id.Status.User.Linux.Uid, id.Status.User.Linux.Gid));
    }

    [Fact]
    public async Task Create_WhenCapabilitiesAreDropped_LacksThem()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "chown 7 /tmp 2>&1; grep -E 'CapEff|NoNewPrivs' /proc/self/status");
        config.Linux.SecurityContext.Capabilities = new Capability { DropCapabilities = { "ALL" } };
        config.Linux.SecurityContext.NoNewPrivs = true;

        var said = (await pod.RunToEndAsync(config)).Output;

        Assert.Contains("not permitted", said);
        Assert.Contains("CapEff:\t0000000000000000", said);
        Assert.Contains("NoNewPrivs:\t1", said);
    }

    [Theory]
    [InlineData(SecurityProfile.Types.ProfileType.RuntimeDefault, "2")]
    [InlineData(SecurityProfile.Types.ProfileType.Unconfined, "0")]
    public async Task Create_WhenASeccompProfileIsAskedFor_HasAFilterOrNone(SecurityProfile.Types.ProfileType profile, string mode)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "grep", "Seccomp:", "/proc/self/status");
        config.Linux.SecurityContext.Seccomp = new SecurityProfile { ProfileType = profile };

        Assert.Equal($"Seccomp:\t{mode}\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Create_WhenPrivileged_HasTheDaemonsPowers()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.Privileged = true);
        var config = PodConfigs.Container(Image, "sh", "-c", "mount -t tmpfs none /tmp && echo mounted");
        config.Linux.SecurityContext.Privileged = true;
        config.Linux.Resources.OomScoreAdj = -997;

        Assert.Equal("mounted\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Create_WhenTheRootIsReadOnly_CannotBeWritten()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "(echo x > /file) 2>/dev/null || echo refused");
        config.Linux.SecurityContext.ReadonlyRootfs = true;

        Assert.Equal("refused\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Create_WhenResourcesAreGiven_AreSetAndTold()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Linux.Resources = new LinuxContainerResources { MemoryLimitInBytes = 64 << 20, CpuPeriod = 100_000, CpuQuota = 50_000, CpuShares = 512 };
        var container = await pod.StartAsync(config);

        var memory = CgroupHierarchies.Detect().Find("memory")!;
        var limit = Path.Combine(memory.DirectoryOf(Daemon.CgroupOf(container)), memory.IsUnified ? "memory.max" : "memory.limit_in_bytes");
        Assert.Equal($"{64 << 20}\n", await File.ReadAllTextAsync(limit));
        var told = (await Client.StatusAsync(container)).Resources.Linux;
        Assert.Equal((64 << 20, 50_000), (told.MemoryLimitInBytes, told.CpuQuota));
    }

    /// <summary>A runtime would take it as one below its own cgroup, where nobody looks for the container.</summary>
    [Fact]
    public async Task Create_WhenThePodsCgroupIsARelativePath_IsBelowIt()
    {
        var pod = await RunPodAsync(config => config.Linux.CgroupParent = Daemon.CgroupParent.TrimStart('/'));
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));

        Assert.NotEmpty(CgroupHierarchies.Detect().Pids(Daemon.CgroupOf(container)));
    }

    [Fact]
    public async Task Create_WhenTheKubeletAsksAgain_GivesTheSameContainer()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");

        var first = await pod.CreateAsync(config);

        Assert.Equal(first, await pod.CreateAsync(config));
        Assert.Single(await Client.ContainersAsync());
    }

    [Fact]
    public async Task Create_WhenTheNameIsTakenByAnotherConfiguration_SaysByWhom()
    {
        var pod = await RunPodAsync();
        var first = await pod.CreateAsync(PodConfigs.Container(Image, "true"));

        await AssertFailsAsync(StatusCode.AlreadyExists, () => pod.CreateAsync(PodConfigs.Container(Image, "false")), first);
    }

    [Fact]
    public async Task Create_WhenTheImageIsNotThere_SaysSo()
    {
        var pod = await RunPodAsync();

        await AssertFailsAsync(StatusCode.NotFound, () => pod.CreateAsync(PodConfigs.Container("example.test/none:1", "true")), "example.test/none:1");
    }

    [Fact]
    public async Task Create_WhenThePodIsUnknown_SaysSo() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.CreateAsync("nosuch", PodConfigs.Container(Image, "true"), PodConfig()), "nosuch");

    [Fact]
    public async Task Create_WhenThePodIsStopped_IsRefused()
    {
        var pod = await RunPodAsync();
        await Client.StopPodAsync(pod.Id);

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(PodConfigs.Container(Image, "true")), pod.Id);
    }

    [Fact]
    public async Task Create_WhenAMountsSourceIsMissing_NamesItAndLeavesNothing()
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.Mounts.Add(new Mount { HostPath = "/nonexistent/volume", ContainerPath = "/data" });

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "/nonexistent/volume");

        await AssertSameAsync(before);
    }

    /// <summary>A control character is six bytes in the specification.</summary>
    [Fact]
    public async Task Create_WhenTheSpecificationIsTooLong_IsRefusedAndLeavesNothing()
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.Envs.Add(new KeyValue { Key = "LONG", Value = ByteString.CopyFromUtf8(new string('\u0001', 3 << 20)) });

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "16777216 is the limit");

        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Create_WhenTheUserIsUnknown_NamesIt()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        config.Linux.SecurityContext.RunAsUsername = "nobody-knows";

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "nobody-knows");
    }

    [Fact]
    public async Task Create_WithCpusThatAreNone_NamesThemAndLeavesNothing()
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.Linux.Resources.CpusetCpus = "0,4095";

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(config), "cpuset_cpus \"0,4095\"", "4095 is not among");

        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Create_WhenGroupComesWithoutUser_IsRefused()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        config.Linux.SecurityContext.RunAsGroup = new Int64Value { Value = 5 };

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config));
    }

    [Theory]
    [InlineData("../escape.log")]
    [InlineData("/etc/absolute.log")]
    public async Task Create_WhenTheLogPathLeavesThePodsFolder_IsRefused(string path)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        config.LogPath = path;

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config));
    }

    [Fact]
    public async Task Create_WhenTheNameIsEmpty_IsRefused()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        config.Metadata.Name = "";

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "name");
    }

    [Fact]
    public async Task Create_WhenThereIsNoConfig_IsRefused()
    {
        var pod = await RunPodAsync();

        await AssertFailsAsync(
            StatusCode.InvalidArgument,
            async () => await Client.Runtime.CreateContainerAsync(new CreateContainerRequest { PodSandboxId = pod.Id }, CriClient.Limited));
    }
}
