using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

public sealed class GoldenTests
{
    [Fact]
    public void PlainPod_AsTheKubeletSendsIt()
    {
        var built = ContainerSpec.Build(Requests.Plain());

        Assert.Empty(built.Warnings);
        Golden.Verify("plain", built.Spec);
    }

    [Fact]
    public void Privileged()
    {
        var input = Requests.Privileged();
        input.Config.Linux.SecurityContext.Seccomp = new SecurityProfile();

        Golden.Verify("privileged", ContainerSpec.Build(input).Spec);
    }

    [Fact]
    public void HostNetworkIpcAndPid()
    {
        var input = Requests.WithSecurity(security => security.NamespaceOptions = new NamespaceOption
        {
            Network = NamespaceMode.Node,
            Ipc = NamespaceMode.Node,
            Pid = NamespaceMode.Node,
        });

        Golden.Verify("host-namespaces", ContainerSpec.Build(input with { Namespaces = Requests.HostNamespaces, Hostname = "node-1" }).Spec);
    }

    [Fact]
    public void PodPid_OnCgroupV1()
    {
        var input = Requests.WithSecurity(security => security.NamespaceOptions = new NamespaceOption());
        input.Config.Linux.Resources.Unified.Clear();

        Golden.Verify("pod-pid-v1", ContainerSpec.Build(input with
        {
            Namespaces = Requests.Namespaces with { InfraPidPath = "/proc/4711/ns/pid" },
            Host = Requests.Host with { CgroupVersion = CgroupVersion.V1, HasSwapAccounting = false, HasHugetlb = false },
        }).Spec);
    }

    [Fact]
    public void NonRoot_WithGroupsReadOnlyRootAndDroppedCapabilities()
    {
        var input = Requests.WithSecurity(security =>
        {
            security.RunAsUser = new Int64Value { Value = 1000 };
            security.RunAsGroup = new Int64Value { Value = 3000 };
            security.SupplementalGroups.Add([2000, 4000]);
            security.ReadonlyRootfs = true;
            security.NoNewPrivs = true;
            security.Seccomp = new SecurityProfile();
            security.Capabilities = new Capability { DropCapabilities = { "ALL" }, AddCapabilities = { "net_bind_service" } };
        });
        var user = UserResolution.Resolve("app:x:1000:1000::/home/app:/bin/sh\n", "staff:x:50:app\n", "", input.Config.Linux.SecurityContext);

        Golden.Verify("non-root", ContainerSpec.Build(input with { User = user }).Spec);
    }

    [Fact]
    public void Mounts_WithPropagationAndDevices()
    {
        var input = Requests.With(config =>
        {
            config.Mounts.Add(new Mount { ContainerPath = "/data/in/deep", HostPath = "/deep", Readonly = true, RecursiveReadOnly = true });
            config.Mounts.Add(new Mount { ContainerPath = "/data", HostPath = "/host data", Propagation = MountPropagation.PropagationBidirectional });
            config.Mounts.Add(new Mount { ContainerPath = "/data/in/", HostPath = "/in", Propagation = MountPropagation.PropagationHostToContainer });
            config.Mounts.Add(new Mount { ContainerPath = "/dev/shm", HostPath = "/own-shm", MountOptions = { "nosuid", "noexec" } });
            config.Devices.Add(new Device { HostPath = "/dev/fuse", ContainerPath = "/dev/fuse0", Permissions = "rw" });
            config.Devices.Add(new Device { HostPath = "/dev/snd", ContainerPath = "/dev/snd", Permissions = "rwm" });
        });

        Golden.Verify("mounts", ContainerSpec.Build(input with
        {
            Devices = new Dictionary<string, IReadOnlyList<HostDevice>>
            {
                ["/dev/fuse"] = [new HostDevice("/dev/fuse", 'c', 10, 229, 0x1b6, 0, 0)],
                ["/dev/snd"] = [new HostDevice("/dev/snd/timer", 'c', 116, 33, 0x1b0, 0, 29), new HostDevice("/dev/snd/seq", 'c', 116, 1, 0x1b0, 0, 29)],
            },
        }).Spec);
    }

    /// <summary>What a kubelet asks for with static CPUs, huge pages, limited swap, in-place terminals and an unmasked /proc.</summary>
    [Fact]
    public void ResourcesInFull_WithATerminalAndUnmaskedPaths()
    {
        var input = Requests.With(config =>
        {
            config.Tty = true;
            config.Command.Add("/bin/own");
            config.Args.Add("argument");
            config.WorkingDir = "/work/./here/";
            config.Linux.Resources = new LinuxContainerResources
            {
                CpuShares = 1024,
                CpuQuota = -1,
                CpuPeriod = 50_000,
                CpusetCpus = "0-3,7",
                CpusetMems = "0",
                MemoryLimitInBytes = 64 << 20,
                MemorySwapLimitInBytes = -1,
                OomScoreAdj = -997,
                HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 4 << 20 }, new HugepageLimit { PageSize = "1GB", Limit = 1 << 30 } },
                Unified = { ["memory.min"] = "1048576" },
            };
            config.Linux.SecurityContext.MaskedPaths.Clear();
            config.Linux.SecurityContext.ReadonlyPaths.Clear();
            config.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { "NET_RAW" }, AddAmbientCapabilities = { "NET_BIND_SERVICE" } };
        });

        Golden.Verify("resources", ContainerSpec.Build(input).Spec);
    }

    [Fact]
    public void Infra() => Golden.Verify("infra", SandboxSpec.Build(Requests.Infra()).Spec);

    [Fact]
    public void Build_Twice_MakesTheSameBytes() =>
        Assert.Equal(ContainerSpec.Build(Requests.Plain()).Spec.ToJson(), ContainerSpec.Build(Requests.Plain()).Spec.ToJson());

    [Fact]
    public void Parse_OfWhatWasWritten_IsTheSameDocument()
    {
        var json = ContainerSpec.Build(Requests.Plain()).Spec.ToJson();

        Assert.Equal(json, Oci.RuntimeSpec.Parse(json).ToJson());
    }
}
