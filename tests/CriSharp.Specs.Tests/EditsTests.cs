using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs.Tests;

public sealed class EditsTests
{
    private static readonly SpecDevice Gpu = new() { Path = "/dev/gpu0", Type = "c", Major = 195, Minor = 0, FileMode = 0x1b6 };

    private static RuntimeSpec Built(SpecEdits edits, ContainerSpecInput? input = null) => ContainerSpec.Build((input ?? Requests.Plain()) with { Edits = edits }).Spec;

    [Fact]
    public void All_InOneDocument() => Golden.Verify("edits", Built(new SpecEdits
    {
        Env = ["GPU=0", "LANG=from the device", "PATH_OF=x"],
        Devices =
        [
            new EditedDevice(Gpu with { Uid = 5, Gid = 6 }, "rw"),
            new EditedDevice(new SpecDevice { Path = "/dev/pipe", Type = "p" }, "rwm"),
            new EditedDevice(new SpecDevice { Path = "/dev/seen-only", Type = "b", Major = 8, Minor = 1 }, ""),
        ],
        Mounts =
        [
            new SpecMount { Destination = "/usr/lib/deep/libgpu.so", Source = "/opt/libgpu.so", Options = ["ro", "bind"] },
            new SpecMount { Destination = "etc/hosts/", Type = "tmpfs", Source = "tmpfs" },
        ],
        Hooks =
        [
            new EditedHook("createContainer", new SpecHook { Path = "/opt/hook", Args = ["hook", "a"], Env = ["X=1"], Timeout = 7 }),
            new EditedHook("createContainer", new SpecHook { Path = "/opt/hook2" }),
            new EditedHook("prestart", new SpecHook { Path = "/opt/1" }),
            new EditedHook("createRuntime", new SpecHook { Path = "/opt/2" }),
            new EditedHook("startContainer", new SpecHook { Path = "/opt/3" }),
            new EditedHook("poststart", new SpecHook { Path = "/opt/4" }),
            new EditedHook("poststop", new SpecHook { Path = "/opt/5" }),
        ],
        AdditionalGids = [44, 0, 45, 44],
        IntelRdt = new SpecIntelRdt { ClosId = "class", L3CacheSchema = "L3:0=f", MemBwSchema = "MB:0=20", Schemata = ["L2:0=f"], EnableMonitoring = true },
    }));

    [Fact]
    public void Nothing_ChangesNothing() => Assert.Equal(ContainerSpec.Build(Requests.Plain()).Spec.ToJson(), Built(new SpecEdits()).ToJson());

    [Fact]
    public void Device_OfAPrivilegedContainer_ReplacesTheHosts()
    {
        var spec = Built(new SpecEdits { Devices = [new EditedDevice(Gpu with { Path = "/dev/fuse" }, "r")] }, Requests.Privileged());

        Assert.Equal(195, Assert.Single(spec.Linux.Devices!, device => device.Path == "/dev/fuse").Major);
    }

    [Theory]
    [InlineData("/dev/gpu0", false)]
    [InlineData("/dev/nvidia1", true)]
    [InlineData(null, false)]
    public void Device_UnderAnotherNameInAUserNamespace_IsBoundFromItsOwn(string? hostPath, bool isBound)
    {
        var plain = ContainerSpec.Build(Requests.Plain()).Spec;
        var inside = plain with { Linux = plain.Linux with { Namespaces = [.. plain.Linux.Namespaces, new SpecNamespace { Type = SpecNamespace.User }] } };
        var input = Requests.Plain() with { Edits = new SpecEdits { Devices = [new EditedDevice(Gpu, "rw") { HostPath = hostPath }] } };

        var spec = EditsSection.Apply(inside, input);

        Assert.Equal(isBound ? hostPath : null, spec.Mounts.SingleOrDefault(mount => mount.Destination == Gpu.Path)?.Source);
        Assert.Equal(isBound ? null : Gpu, spec.Linux.Devices?.Single());
        Assert.Contains(spec.Linux.Resources!.Devices!, rule => rule is { Allow: true, Major: 195, Access: "rw" });
        Assert.Equal(Gpu, Assert.Single(EditsSection.Apply(plain, input).Linux.Devices!));
    }

    [Fact]
    public void Device_WithoutAnOwner_IsTheProcesses()
    {
        var input = Requests.Plain() with { User = ResolvedUser.Root with { Uid = 1000, Gid = 3000 } };

        var device = Assert.Single(Built(new SpecEdits { Devices = [new EditedDevice(Gpu, "rw")] }, input).Linux.Devices!);

        Assert.Equal((1000u, 3000u), (device.Uid!.Value, device.Gid!.Value));
        Assert.Null(Assert.Single(Built(new SpecEdits { Devices = [new EditedDevice(Gpu, "rw")] }).Linux.Devices!).Uid);
    }

    [Theory]
    [InlineData("bind", "", "idmap")]
    [InlineData(null, "bind", "idmap")]
    [InlineData(null, "ro,rbind", "ridmap")]
    [InlineData(null, "rbind,idmap", null)]
    [InlineData("tmpfs", "ro", null)]
    public void Mount_InAUserNamespace_IsMapped(string? type, string options, string? added)
    {
        var plain = ContainerSpec.Build(Requests.Plain()).Spec;
        var mapped = plain with { Linux = plain.Linux with { Namespaces = [.. plain.Linux.Namespaces, new SpecNamespace { Type = SpecNamespace.User }] } };
        var input = Requests.Plain() with { Edits = new SpecEdits { Mounts = [new SpecMount { Destination = "/x", Source = "/y", Type = type, Options = options.Split(',') }] } };

        string[] OptionsIn(RuntimeSpec spec) => [.. EditsSection.Apply(spec, input).Mounts.Single(mount => mount.Destination == "/x").Options!];

        Assert.Equal(options.Split(','), OptionsIn(plain));
        Assert.Equal([.. options.Split(','), .. added is null ? Array.Empty<string>() : [added]], OptionsIn(mapped));
    }

    /// <summary>An OCI runtime that does not know the field would leave the interface out without a word.</summary>
    [Fact]
    public void NetDevice_IsRefused() => Refused.Build(ErrorKind.Unimplemented, "\"eth7\"", Requests.Plain() with { Edits = new SpecEdits { NetDevices = ["eth7"] } });

    [Fact]
    public void Hook_OfNoMoment_IsRefused() => Refused.Build(
        ErrorKind.InvalidArgument, "\"later\"", Requests.Plain() with { Edits = new SpecEdits { Hooks = [new EditedHook("later", new SpecHook { Path = "/x" })] } });

    [Fact]
    public void Spec_WithHooks_CanBeReadAgain()
    {
        var json = Built(new SpecEdits { Hooks = [new EditedHook("poststop", new SpecHook { Path = "/x", Timeout = 3 })], IntelRdt = new SpecIntelRdt { ClosId = "c" } }).ToJson();

        Assert.Equal(json, RuntimeSpec.Parse(json).ToJson());
    }
}
