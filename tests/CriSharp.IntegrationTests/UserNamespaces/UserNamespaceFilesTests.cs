using CriSharp.Cri.V1;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.UserNamespaces;

public sealed class UserNamespaceFilesTests(UserNamespaceInstance instance) : UserNamespaceTest(instance)
{
    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Image_InAUserNamespace_HasItsOwners(string handler)
    {
        var (_, container) = await RunSleeperAsync(handler);

        Assert.Equal(
            "0:0 /\n0:0 /bin/busybox\n0:0 /home/user\n1000:1001 /home/user/own\n0:0 /tmp\n0:0 /srv/db\n",
            await ShellAsync(container, "stat -c '%u:%g %n' / /bin/busybox /home/user /home/user/own /tmp /srv/db"));
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task FilesOfThePod_BelongToItsRoot(string handler)
    {
        var (_, container) = await RunSleeperAsync(handler);

        Assert.Equal(
            "0:0 /etc/hosts\n0:0 /etc/hostname\n0:0 /etc/resolv.conf\n0:0 /dev/shm\n",
            await ShellAsync(container, "stat -c '%u:%g %n' /etc/hosts /etc/hostname /etc/resolv.conf /dev/shm"));
        await ShellAsync(container, "echo more >> /etc/hosts; echo x > /dev/shm/x; ls /sys/class/net/lo; ls /dev/mqueue; echo x > /dev/null; head -c 1 /dev/zero");
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task WhatAContainerWrites_LiesWithTheHostsIds_AndLayersStay(string handler)
    {
        var (_, container) = await RunSleeperAsync(handler);
        await ShellAsync(container, "echo x > /new; chown 1000:1001 /new; echo more >> /home/user/own; chown 5:6 /etc/passwd; rm /etc/group");
        var upper = Path.Combine(Daemon.Root, "snapshots", container, "upper");

        Assert.Equal((UserNamespaceInstance.HostId, UserNamespaceInstance.HostId), OwnerOf(upper));
        Assert.Equal((UserNamespaceInstance.HostId + 1000, UserNamespaceInstance.HostId + 1001), OwnerOf(Path.Combine(upper, "new")));
        Assert.Equal((UserNamespaceInstance.HostId + 1000, UserNamespaceInstance.HostId + 1001), OwnerOf(Path.Combine(upper, "home/user/own")));
        Assert.Equal((UserNamespaceInstance.HostId + 5, UserNamespaceInstance.HostId + 6), OwnerOf(Path.Combine(upper, "etc/passwd")));
        var layerFiles = Directory.EnumerateFiles(Path.Combine(Daemon.Root, "layers"), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        Assert.DoesNotContain(layerFiles, file => OwnerOf(file).User >= UserNamespaceInstance.HostId);
        Assert.Equal("mine\n", (await (await RunPodAsync(handler)).RunToEndAsync(Instance.ContainerConfig("cat", "/home/user/own"))).Output);
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task StandardStreams_CanBeOpenedAgain(string handler)
    {
        foreach (var user in (long[])[0, 33])
        {
            var pod = await RunPodAsync(handler);
            var config = Instance.ContainerConfig("sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr; sleep 1000");
            config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = user };
            var container = await pod.StartAsync(config);

            var answer = await Client.ExecAsync(container, "sh", "-c", "id -u > /dev/stdout; echo err > /dev/stderr");

            Assert.Equal(($"{user}\n", "err\n"), (answer.Stdout.ToStringUtf8(), answer.Stderr.ToStringUtf8()));
            var status = await Client.StatusAsync(container);
            Assert.Equal(["err", "out"], Machine.RunningPod.LogLines(status).Select(line => line.Text).Order());
            Assert.Equal(user, status.User.Linux.Uid);
        }
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Volume_WithItsPodsMappings_IsSharedWithTheHostByThem(string handler)
    {
        var volume = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "volume")).FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(volume, "roots"), "");
            var (_, container) = await RunSleeperAsync(handler, config =>
            {
                config.Mounts.Add(new Mount { HostPath = volume, ContainerPath = "/mapped", UidMappings = { UserNamespaceInstance.Mapping }, GidMappings = { UserNamespaceInstance.Mapping } });
                config.Mounts.Add(new Mount { HostPath = volume, ContainerPath = "/plain", Readonly = true });
                config.Mounts.Add(new Mount { Image = new ImageSpec { Image = Instance.Image }, ContainerPath = "/image", Readonly = true, UidMappings = { UserNamespaceInstance.Mapping }, GidMappings = { UserNamespaceInstance.Mapping } });
                config.Mounts.Add(new Mount { HostPath = Path.Combine(volume, "roots"), ContainerPath = "/one", UidMappings = { UserNamespaceInstance.Mapping }, GidMappings = { UserNamespaceInstance.Mapping } });
            });

            Assert.Equal("0\n65534\n0\n1000\n", await ShellAsync(container, "stat -c %u /mapped/roots /plain/roots /one /image/home/user/own"));
            await ShellAsync(container, "echo x > /mapped/new; chown 1000 /mapped/new; echo y > /one");
            Assert.Equal(1000u, OwnerOf(Path.Combine(volume, "new")).User);
            Assert.Equal("y\n", await File.ReadAllTextAsync(Path.Combine(volume, "roots")));
        }
        finally
        {
            Directory.Delete(volume, recursive: true);
        }
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task Volume_ThatCantBeMapped_IsRefusedByName(string handler)
    {
        var pod = await RunPodAsync(handler);
        Mount Volume(string source, uint hostId) => new()
        {
            HostPath = source,
            ContainerPath = "/mapped",
            UidMappings = { new IDMapping { HostId = hostId, Length = UserNamespaceInstance.Length } },
            GidMappings = { UserNamespaceInstance.Mapping },
        };
        async Task CreateAsync(Mount mount)
        {
            var config = PodConfigs.Sleeper(Instance.Image);
            config.Mounts.Add(mount);
            await pod.CreateAsync(config);
        }

        await AssertFailsAsync(StatusCode.InvalidArgument, "have to be the pod's", () => CreateAsync(Volume(Daemon.PodLogs, 400000)));
        await AssertFailsAsync(StatusCode.FailedPrecondition, "/proc/sys", () => CreateAsync(Volume("/proc/sys", UserNamespaceInstance.HostId)));
    }

    [UserNamespaceTheory]
    [EachRuntime]
    public async Task User_OutsideTheMapping_IsRefused_CVE_2024_40635(string handler)
    {
        var pod = await RunPodAsync(handler);
        var config = PodConfigs.Sleeper(Instance.Image);
        config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = UserNamespaceInstance.Length };

        await AssertFailsAsync(StatusCode.InvalidArgument, "run_as_user 65536 is not mapped", () => pod.CreateAsync(config));
    }

    private static (uint User, uint Group) OwnerOf(string path)
    {
        using var opened = HostPath.Open(path, OpenFlags.PathOnly | OpenFlags.NoFollow);
        var status = FileDescriptor.Stat(opened);
        return (status.UserId, status.GroupId);
    }
}
