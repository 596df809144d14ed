using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;
using Google.Protobuf.Collections;

namespace CriSharp.Specs.Tests;

public sealed class UserNamespaceTests
{
    private const uint HostId = 100000;
    private const uint Length = 65536;

    private static IDMapping Mapping(uint hostId = HostId, uint containerId = 0, uint length = Length) =>
        new() { HostId = hostId, ContainerId = containerId, Length = length };

    private static UserNamespace Own(params IDMapping[] mappings) => new() { Mode = NamespaceMode.Pod, Uids = { mappings }, Gids = { mappings } };

    private static NamespaceOption Options(UserNamespace asked) => new() { Pid = NamespaceMode.Container, UsernsOptions = asked };

    /// <summary>A container of a pod with a user namespace.</summary>
    private static ContainerSpecInput Inside(Action<ContainerConfig>? change = null)
    {
        var input = Requests.With(config => change?.Invoke(config)) with
        {
            Namespaces = Requests.Namespaces with { User = NamespaceChoice.Join("/run/crisharp/sandboxes/s/ns/user") },
        };
        input.Sandbox.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Own(Mapping());
        return input;
    }

    private static void AssertSandboxRefused(string words, NamespaceOption options) => Refused.With(ErrorKind.InvalidArgument, words, () => UserNamespaceRules.OfSandbox(options));

    [Fact]
    public void Container_JoinsItsPodsAndSaysItsMappings()
    {
        var spec = ContainerSpec.Build(Inside()).Spec;

        Assert.Equal(new SpecNamespace { Type = "user", Path = "/run/crisharp/sandboxes/s/ns/user" }, spec.Linux.Namespaces[0]);
        var mapping = new SpecIdMapping { ContainerId = 0, HostId = HostId, Size = Length };
        Assert.Equal([mapping], spec.Linux.UidMappings);
        Assert.Equal([mapping], spec.Linux.GidMappings);
        Assert.Contains("\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]", System.Text.Encoding.UTF8.GetString(spec.ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public void Container_WithoutOne_SaysNothingOfIt()
    {
        var node = Requests.WithSecurity(security => security.NamespaceOptions.UsernsOptions = new UserNamespace { Mode = NamespaceMode.Node });

        foreach (var spec in new[] { ContainerSpec.Build(Requests.Plain()).Spec, ContainerSpec.Build(node).Spec })
        {
            Assert.DoesNotContain(spec.Linux.Namespaces, ns => ns.Type == "user");
            Assert.Null(spec.Linux.UidMappings);
        }
    }

    [Fact]
    public void Container_WhenThePodsIsNotThere_NeverGetsTheHosts() =>
        Refused.Build(ErrorKind.FailedPrecondition, "user namespace is not there", Inside() with { Namespaces = Requests.Namespaces });

    [Fact]
    public void Infra_JoinsItsPods()
    {
        var input = Requests.Infra() with { Namespaces = Requests.Namespaces with { User = NamespaceChoice.Join("/ns/user") } };
        input.Config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Own(Mapping());

        var spec = SandboxSpec.Build(input).Spec;

        Assert.Equal("/ns/user", spec.Linux.Namespaces.Single(ns => ns.Type == "user").Path);
        Assert.Equal(HostId, spec.Linux.UidMappings![0].HostId);
    }

    [Fact]
    public void Sandbox_WithAnotherThanOneMapping_IsRefused()
    {
        AssertSandboxRefused("userns_options.uids has 0 mappings", Options(Own()));
        AssertSandboxRefused("userns_options.uids has 2 mappings", Options(Own(Mapping(), Mapping(300000, 65536))));
        AssertSandboxRefused("userns_options.gids has 0 mappings", Options(new UserNamespace { Mode = NamespaceMode.Pod, Uids = { Mapping() } }));
    }

    [Fact]
    public void Sandbox_WithAMappingOutOfRange_IsRefused()
    {
        AssertSandboxRefused("container_id is 1", Options(Own(Mapping(containerId: 1))));
        AssertSandboxRefused("length is 0", Options(Own(Mapping(length: 0))));
        AssertSandboxRefused("past the last id", Options(Own(Mapping(uint.MaxValue - 10, length: 11))));
        AssertSandboxRefused("past the last id", Options(Own(Mapping(1, length: uint.MaxValue))));
        Assert.NotNull(UserNamespaceRules.OfSandbox(Options(Own(Mapping(uint.MaxValue - 10, length: 10)))));
    }

    [Fact]
    public void Sandbox_InOtherModes_IsRefused()
    {
        foreach (var mode in new[] { NamespaceMode.Container, NamespaceMode.Target })
        {
            AssertSandboxRefused($"can't be {mode}", Options(new UserNamespace { Mode = mode, Uids = { Mapping() }, Gids = { Mapping() } }));
        }

        AssertSandboxRefused("mode is NODE", Options(new UserNamespace { Mode = NamespaceMode.Node, Uids = { Mapping() } }));
    }

    [Fact]
    public void Sandbox_WithNamespacesOfTheHost_IsRefused()
    {
        AssertSandboxRefused("namespace_options.network", new NamespaceOption { Network = NamespaceMode.Node, UsernsOptions = Own(Mapping()) });
        AssertSandboxRefused("namespace_options.pid", new NamespaceOption { Pid = NamespaceMode.Node, UsernsOptions = Own(Mapping()) });
        AssertSandboxRefused("namespace_options.ipc", new NamespaceOption { Ipc = NamespaceMode.Node, UsernsOptions = Own(Mapping()) });
    }

    [Fact]
    public void Container_ThatSaysAnotherThanItsPod_IsRefused()
    {
        static void Say(ContainerConfig config, UserNamespace asked) => config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = asked;

        Refused.Build(ErrorKind.InvalidArgument, "differ from those of its pod", Inside(config => Say(config, Own(Mapping(200000)))));
        Refused.Build(ErrorKind.InvalidArgument, "differ from those of its pod", Inside(config => Say(config, new UserNamespace { Mode = NamespaceMode.Node })));
        Refused.Build(ErrorKind.InvalidArgument, "of a container can't be Target", Inside(config => Say(config, new UserNamespace { Mode = NamespaceMode.Target })));
        Refused.Build(ErrorKind.InvalidArgument, "differ", Requests.With(config => Say(config, Own(Mapping()))));
        Refused.Build(ErrorKind.InvalidArgument, "namespace_options.pid is NODE", Inside(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Node));
        Assert.NotNull(ContainerSpec.Build(Inside(config => Say(config, Own(Mapping())))).Spec.Linux.UidMappings);
    }

    /// <summary>CVE-2024-40635: an id that is nobody inside must not become somebody.</summary>
    [Fact]
    public void User_OutsideTheMapping_IsRefusedByItsField()
    {
        var nobody = new ResolvedUser { Uid = Length, Gid = 0, AdditionalGids = [0] };
        Refused.Build(ErrorKind.InvalidArgument, "run_as_user 65536 is not mapped", Inside(config => config.Linux.SecurityContext.RunAsUser = new Int64Value { Value = Length }) with { User = nobody });
        Refused.Build(ErrorKind.InvalidArgument, "the image's USER", Inside() with { User = nobody });
        Refused.Build(
            ErrorKind.InvalidArgument,
            "run_as_group 70000 is not mapped",
            Inside(config => config.Linux.SecurityContext.RunAsGroup = new Int64Value { Value = 70000 }) with { User = ResolvedUser.Root with { Gid = 70000 } });
        Refused.Build(
            ErrorKind.InvalidArgument,
            "supplemental_groups 70000 is not mapped",
            Inside(config => config.Linux.SecurityContext.SupplementalGroups.Add(70000)) with { User = ResolvedUser.Root with { AdditionalGids = [0, 70000] } });
        Assert.NotNull(ContainerSpec.Build(Inside() with { User = nobody with { Uid = Length - 1 } }));
    }

    [Fact]
    public void Volume_WithItsPodsMappings_IsMapped()
    {
        var spec = ContainerSpec.Build(Inside(config => config.Mounts.Add(Volume(Mapping())))).Spec;

        var mount = spec.Mounts.Single(mount => mount.Destination == "/data");
        Assert.Contains("idmap", mount.Options!);
        Assert.Equal(HostId, Assert.Single(mount.UidMappings!).HostId);
        Assert.Equal(Length, Assert.Single(mount.GidMappings!).Size);
        Assert.All(spec.Mounts.Where(other => other.Destination != "/data"), other => Assert.Null(other.UidMappings));
    }

    /// <summary>The kubelet gives the mappings to every mount; an image is mounted with the pod's ids already.</summary>
    [Fact]
    public void Image_WithItsPodsMappings_IsBoundAsItIs()
    {
        var image = new Mount(Volume(Mapping())) { HostPath = "", Image = new ImageSpec { Image = "i" }, Readonly = true };
        var input = Inside(config => config.Mounts.Add(image)) with { ImageVolumes = new Dictionary<ImageVolume, string> { [new ImageVolume("i", "")] = "/volumes/0" } };

        var mount = ContainerSpec.Build(input).Spec.Mounts.Single(mount => mount.Destination == "/data");

        Assert.Equal(["rbind", "rprivate", "ro"], mount.Options);
        Assert.Null(mount.UidMappings);
    }

    [Fact]
    public void Volume_WithOtherMappings_IsRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "have to be the pod's", Inside(config => config.Mounts.Add(Volume(Mapping(200000)))));
        Refused.Build(ErrorKind.InvalidArgument, "have to be the pod's", Inside(config => config.Mounts.Add(Volume(Mapping(), Mapping(200000, Length)))));
        Refused.Build(ErrorKind.InvalidArgument, "have to be the pod's", Inside(config => config.Mounts.Add(new Mount { ContainerPath = "/data", HostPath = "/1", UidMappings = { Mapping() } })));
        Refused.Build(ErrorKind.InvalidArgument, "no user namespace", Requests.With(config => config.Mounts.Add(Volume(Mapping()))));
    }

    [Fact]
    public void Device_UnderAnotherName_IsBoundFromItsOwn()
    {
        var device = new HostDevice("/dev/fuse", 'c', 10, 229, 0x1b6, 0, 0);
        ContainerSpecInput With(string containerPath) => Inside(config => config.Devices.Add(new Device { HostPath = "/dev/fuse", ContainerPath = containerPath, Permissions = "rw" })) with
        {
            Devices = new Dictionary<string, IReadOnlyList<HostDevice>> { ["/dev/fuse"] = [device] },
        };

        var renamed = ContainerSpec.Build(With("/dev/f")).Spec;
        Assert.Equal("/dev/fuse", renamed.Mounts.Single(mount => mount.Destination == "/dev/f").Source);
        Assert.Null(renamed.Linux.Devices);
        Assert.Contains(renamed.Linux.Resources!.Devices!, rule => rule is { Allow: true, Major: 10, Minor: 229 });
        Assert.Equal("/dev/fuse", Assert.Single(ContainerSpec.Build(With("/dev/fuse")).Spec.Linux.Devices!).Path);
    }

    [Fact]
    public void Terminals_WhereTheirGroupIsNotMapped_AreWithoutIt()
    {
        var input = Inside();
        var options = input.Sandbox.Linux.SecurityContext.NamespaceOptions.UsernsOptions;
        RepeatedField<IDMapping>[] both = [options.Uids, options.Gids];
        Array.ForEach(both, mappings => mappings[0].Length = 5);

        Assert.DoesNotContain("gid=5", ContainerSpec.Build(input).Spec.Mounts.Single(mount => mount.Destination == "/dev/pts").Options!);
        Assert.Contains("gid=5", ContainerSpec.Build(Inside()).Spec.Mounts.Single(mount => mount.Destination == "/dev/pts").Options!);
    }

    private static Mount Volume(params IDMapping[] mappings) =>
        new() { ContainerPath = "/data", HostPath = "/1", UidMappings = { mappings }, GidMappings = { mappings } };
}
