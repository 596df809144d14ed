using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class MountsTests
{
    private static ContainerSpecInput With(params Mount[] mounts) => Requests.With(config => config.Mounts.Add(mounts));

    private static SpecMount Built(ContainerSpecInput input, string destination) =>
        Assert.Single(ContainerSpec.Build(input).Spec.Mounts, mount => mount.Destination == destination);

    [Fact]
    public void Parents_ComeBeforeChildren()
    {
        var mounts = ContainerSpec.Build(With(
            new Mount { ContainerPath = "/a/b/c", HostPath = "/1" }, new Mount { ContainerPath = "/a", HostPath = "/2" })).Spec.Mounts;

        var destinations = mounts.Select(mount => mount.Destination).ToList();
        Assert.True(destinations.IndexOf("/a") < destinations.IndexOf("/a/b/c"));
        Assert.Equal(destinations.Order(Comparer<string>.Create((x, y) => x.Count(c => c == '/') - y.Count(c => c == '/'))), destinations);
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/data/")]
    [InlineData("data")]
    [InlineData("/x/../data/.")]
    public void SamePlace_InAnySpelling_LaterWins(string second) => Assert.Equal("/2", Built(
        With(new Mount { ContainerPath = "/data", HostPath = "/1" }, new Mount { ContainerPath = second, HostPath = "/2" }), "/data").Source);

    [Theory]
    [InlineData("/dev/shm")]
    [InlineData("/sys")]
    [InlineData("/etc/resolv.conf")]
    [InlineData("/etc/hostname")]
    public void Default_IsReplacedByThePods(string path) => Assert.Equal("/own", Built(With(new Mount { ContainerPath = path, HostPath = "/own" }), path).Source);

    [Theory]
    [InlineData("/dev", "/dev/", "/dev")]
    [InlineData("/x/../dev/", "/dev/", "/dev")]
    [InlineData("/sys", "/sys/", "/sys")]
    [InlineData("/dev/shm", "/dev/", "/dev,/dev/mqueue,/dev/pts,/dev/shm")]
    [InlineData("/etc", "/etc/", "/etc,/etc/hostname,/etc/resolv.conf")]
    public void Defaults_BelowAFolderOfThePods_AreLeftOutWhereItIsTheKernels(string asked, string below, string left)
    {
        var input = Requests.With(config =>
        {
            config.Mounts.Clear();
            config.Mounts.Add(new Mount { ContainerPath = asked, HostPath = "/own", Propagation = MountPropagation.PropagationBidirectional });
        });

        var found = ContainerSpec.Build(input).Spec.Mounts.Select(mount => mount.Destination).Where(path => (path + '/').StartsWith(below, StringComparison.Ordinal));

        Assert.Equal(left, string.Join(',', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Mount_BelowADevOfThePods_StaysWhateverTheirOrder() => Assert.Equal(
        "/log", Built(With(new Mount { ContainerPath = "/dev/log", HostPath = "/log" }, new Mount { ContainerPath = "/dev", HostPath = "/dev" }), "/dev/log").Source);

    [Theory]
    [InlineData(MountPropagation.PropagationPrivate, "rprivate", null)]
    [InlineData(MountPropagation.PropagationHostToContainer, "rslave", "rslave")]
    [InlineData(MountPropagation.PropagationBidirectional, "rshared", "rshared")]
    public void Propagation_ReachesTheRoot(MountPropagation propagation, string option, string? root)
    {
        var input = With(new Mount { ContainerPath = "/data", HostPath = "/1", Propagation = propagation });

        Assert.Contains(option, Built(input, "/data").Options!);
        Assert.Equal(root, ContainerSpec.Build(input).Spec.Linux.RootfsPropagation);
    }

    [Theory]
    [InlineData("/", "rslave")]
    [InlineData("/var/lib/", "rslave")]
    [InlineData("/var/lib/crisharp", "rslave")]
    [InlineData("/var/lib/crisharp/x", "rprivate")]
    [InlineData("/var/lib/cri", "rprivate")]
    public void Private_OverTheDaemonsOwnMounts_DoesNotKeepThem(string source, string option)
    {
        var input = With(new Mount { ContainerPath = "/data", HostPath = source });

        Assert.Contains(option, Built(input with { Host = input.Host with { OwnFolders = ["/var/lib/crisharp"] } }, "/data").Options!);
    }

    [Theory]
    [InlineData("/agent", "/", "rslave")]
    [InlineData("/agent/lib", "/var/lib", "rslave")]
    [InlineData("/var/lib", "/srv/lib", "rprivate")]
    public void Private_ThroughALinkOverTheDaemonsOwnMounts_DoesNotKeepThem(string source, string place, string option)
    {
        var input = With(new Mount { ContainerPath = "/data", HostPath = source }) with { SourcePlaces = new Dictionary<string, string> { [source] = place } };
        var mount = Built(input with { Host = input.Host with { OwnFolders = ["/var/lib/crisharp"] } }, "/data");

        Assert.Equal((source, option), (mount.Source, mount.Options![1]));
    }

    /// <summary>A later mount of the host's would come through a slave, and be writable.</summary>
    [Fact]
    public void RecursiveReadOnly_OverTheDaemonsOwnMounts_StaysPrivate()
    {
        var input = With(new Mount { ContainerPath = "/data", HostPath = "/", Readonly = true, RecursiveReadOnly = true });

        var options = Built(input with { Host = input.Host with { OwnFolders = ["/var/lib/crisharp"] } }, "/data").Options;

        Assert.Equal(["rbind", "rprivate", "ro", "rro"], options);
    }

    [Fact]
    public void Propagation_OfSeveral_IsTheStrongest()
    {
        var shared = new Mount { ContainerPath = "/s", HostPath = "/1", Propagation = MountPropagation.PropagationBidirectional };
        var slave = new Mount { ContainerPath = "/t", HostPath = "/2", Propagation = MountPropagation.PropagationHostToContainer };

        Assert.Equal("rshared", ContainerSpec.Build(With(shared, slave)).Spec.Linux.RootfsPropagation);
        Assert.Equal("rshared", ContainerSpec.Build(With(slave, shared)).Spec.Linux.RootfsPropagation);
    }

    [Theory]
    [InlineData(MountPropagation.PropagationBidirectional, SourcePropagation.Private)]
    [InlineData(MountPropagation.PropagationBidirectional, SourcePropagation.Slave)]
    [InlineData(MountPropagation.PropagationHostToContainer, SourcePropagation.Private)]
    public void Propagation_ThatTheSourceCantGive_IsRefused(MountPropagation propagation, SourcePropagation source) => Refused.Build(
        ErrorKind.FailedPrecondition,
        "mount",
        With(new Mount { ContainerPath = "/data", HostPath = "/1", Propagation = propagation }) with
        {
            SourcePropagations = new Dictionary<string, SourcePropagation> { ["/1"] = source },
        });

    [Fact]
    public void Readonly_IsSaid() => Assert.Contains("ro", Built(With(new Mount { ContainerPath = "/d", HostPath = "/1", Readonly = true }), "/d").Options!);

    [Fact]
    public void RecursiveReadOnly_WhereItCanBe_IsGiven() => Assert.Contains(
        "rro", Built(With(new Mount { ContainerPath = "/d", HostPath = "/1", Readonly = true, RecursiveReadOnly = true }), "/d").Options!);

    [Fact]
    public void RecursiveReadOnly_WhereItCantBe_IsNeverQuietlyLess()
    {
        var asked = new Mount { ContainerPath = "/d", HostPath = "/1", Readonly = true, RecursiveReadOnly = true };
        Refused.Build(ErrorKind.FailedPrecondition, "recursively", With(asked) with { Host = Requests.Host with { SupportsRecursiveReadOnly = false } });
        Refused.Build(ErrorKind.InvalidArgument, "recursive_read_only", With(new Mount(asked) { Readonly = false }));
        Refused.Build(
            ErrorKind.InvalidArgument, "recursive_read_only", With(new Mount(asked) { Propagation = MountPropagation.PropagationHostToContainer }));
    }

    [Fact]
    public void RecursiveReadOnly_WithAPropagation_IsTheRequestsFaultBeforeTheHosts() => Refused.Build(
        ErrorKind.InvalidArgument,
        "recursive_read_only",
        With(new Mount { ContainerPath = "/d", HostPath = "/1", Readonly = true, RecursiveReadOnly = true, Propagation = MountPropagation.PropagationBidirectional }) with
        {
            SourcePropagations = new Dictionary<string, SourcePropagation> { ["/1"] = SourcePropagation.Private },
        });

    [Fact]
    public void Options_AreAllowListed()
    {
        var options = Built(With(new Mount { ContainerPath = "/d", HostPath = "/1", MountOptions = { "nosuid", "nodev", "nosuid" } }), "/d").Options;

        Assert.Equal(["rbind", "rprivate", "rw", "nodev", "nosuid"], options);
        Refused.Build(ErrorKind.InvalidArgument, "\"suid\"", With(new Mount { ContainerPath = "/d", HostPath = "/1", MountOptions = { "suid" } }));
    }

    [Fact]
    public void Mount_ThatIsNone_IsRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "container_path", With(new Mount { HostPath = "/1" }));
        Refused.Build(ErrorKind.InvalidArgument, "root", With(new Mount { HostPath = "/1", ContainerPath = "/a/.." }));
        Refused.Build(ErrorKind.InvalidArgument, "host_path", With(new Mount { ContainerPath = "/d" }));
        Refused.Build(ErrorKind.InvalidArgument, "host_path", With(new Mount { ContainerPath = "/d", HostPath = "relative" }));
        Refused.Build(ErrorKind.InvalidArgument, "host_path", With(new Mount { ContainerPath = "/d", HostPath = "/a\0b" }));
        Refused.Build(ErrorKind.InvalidArgument, "image_sub_path", With(new Mount { ContainerPath = "/d", HostPath = "/1", ImageSubPath = "x" }));
    }

    [Fact]
    public void Mount_ThatIsNotBuiltYet_SaysSo()
    {
        Refused.Build(ErrorKind.InvalidArgument, "no user namespace", With(new Mount { ContainerPath = "/d", HostPath = "/1", UidMappings = { new IDMapping() } }));
    }

    [Fact]
    public void Image_IsBoundFromWhereItIsMounted()
    {
        var asked = new Mount { ContainerPath = "/d", Image = new ImageSpec { Image = "i" }, ImageSubPath = "a/b", Readonly = true };
        var input = With(asked) with { ImageVolumes = new Dictionary<ImageVolume, string> { [new ImageVolume("i", "a/b")] = "/volumes/0/a/b" } };

        var mount = Built(input, "/d");

        Assert.Equal("/volumes/0/a/b", mount.Source);
        Assert.Equal(["rbind", "rprivate", "ro"], mount.Options);
    }

    [Fact]
    public void Image_WithWhatItCantHave_IsRefused()
    {
        var asked = new Mount { ContainerPath = "/d", Image = new ImageSpec { Image = "i" }, Readonly = true };
        Refused.Build(ErrorKind.InvalidArgument, "readonly", With(new Mount(asked) { Readonly = false }));
        Refused.Build(ErrorKind.InvalidArgument, "host_path", With(new Mount(asked) { HostPath = "/1" }));
        Refused.Build(ErrorKind.InvalidArgument, "propagation", With(new Mount(asked) { Propagation = MountPropagation.PropagationHostToContainer }));
        Refused.Build(ErrorKind.InvalidArgument, "image_sub_path", With(new Mount(asked) { ImageSubPath = "../x" }));
        Refused.Build(ErrorKind.InvalidArgument, "image_sub_path", With(new Mount(asked) { ImageSubPath = "/x" }));
        Refused.Build(ErrorKind.FailedPrecondition, "not mounted", With(asked));
    }

    [Fact]
    public void PodFiles_InAReadOnlyRoot_AreReadOnly() => Assert.Contains(
        "ro", Built(Requests.WithSecurity(security => security.ReadonlyRootfs = true), "/etc/resolv.conf").Options!);

    [Fact]
    public void Hosts_AreThePodsWhereTheKubeletBringsNone()
    {
        var input = Requests.With(config => config.Mounts.Clear());

        Assert.DoesNotContain(ContainerSpec.Build(input).Spec.Mounts, mount => mount.Destination == "/etc/hosts");
        Assert.Equal("/hosts", Built(input with { Files = input.Files with { HostsPath = "/hosts" } }, "/etc/hosts").Source);
    }
}
