using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class NamespacesTests
{
    private static ContainerSpecInput Pid(NamespaceMode mode) => Requests.WithSecurity(security => security.NamespaceOptions = new NamespaceOption { Pid = mode });

    private static SpecNamespace? Built(ContainerSpecInput input, string type) =>
        ContainerSpec.Build(input).Spec.Linux.Namespaces.SingleOrDefault(ns => ns.Type == type);

    [Fact]
    public void Pid_InEachMode()
    {
        var pod = Requests.Namespaces with { InfraPidPath = "/proc/1/ns/pid", TargetPidPath = "/proc/2/ns/pid" };

        Assert.Equal("/proc/1/ns/pid", Built(Pid(NamespaceMode.Pod) with { Namespaces = pod }, "pid")!.Path);
        Assert.Equal("/proc/2/ns/pid", Built(Pid(NamespaceMode.Target) with { Namespaces = pod }, "pid")!.Path);
        Assert.Null(Built(Pid(NamespaceMode.Container) with { Namespaces = pod }, "pid")!.Path);
        Assert.Null(Built(Pid(NamespaceMode.Node) with { Namespaces = pod }, "pid"));
    }

    [Fact]
    public void Pid_ThatThePodCantShare_IsRefused()
    {
        Refused.Build(ErrorKind.FailedPrecondition, "shared PID namespace", Pid(NamespaceMode.Pod));
        Refused.Build(ErrorKind.FailedPrecondition, "target_id", Pid(NamespaceMode.Target));
        Refused.Build(ErrorKind.InvalidArgument, "unknown", Pid((NamespaceMode)9));
    }

    [Fact]
    public void Shared_AreJoined_AndTheHostsAreNotListed()
    {
        Assert.Equal(Requests.Namespaces.Network.Path, Built(Requests.Plain(), "network")!.Path);
        Assert.Null(Built(Requests.Plain() with { Namespaces = Requests.HostNamespaces }, "network"));
        Assert.Null(Built(Requests.Plain() with { Namespaces = Requests.HostNamespaces }, "uts"));
        Assert.Null(ContainerSpec.Build(Requests.Plain()).Spec.Hostname);
    }

    [Fact]
    public void Cgroup_IsPrivateOnV2OnlyForTheUnprivileged()
    {
        var onV1 = Requests.With(config => config.Linux.Resources.Unified.Clear()) with
        {
            Host = Requests.Host with { CgroupVersion = CgroupVersion.V1 },
        };

        Assert.NotNull(Built(Requests.Plain(), "cgroup"));
        Assert.Null(Built(Requests.Privileged(), "cgroup"));
        Assert.Null(Built(onV1, "cgroup"));
    }
}
