using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class DevicesTests
{
    private static readonly HostDevice Fuse = new("/dev/fuse", 'c', 10, 229, 0x1b6, 0, 7);

    private static ContainerSpecInput Asking(Device asked, params HostDevice[] found)
    {
        var input = Requests.With(config => config.Devices.Add(asked));
        return input with { Devices = new Dictionary<string, IReadOnlyList<HostDevice>> { [asked.HostPath] = found } };
    }

    private static SpecLinux Built(ContainerSpecInput input) => ContainerSpec.Build(input).Spec.Linux;

    [Theory]
    [InlineData("", "/dev/fuse")]
    [InlineData("/dev/other", "/dev/other")]
    [InlineData("dev/other/", "/dev/other")]
    [InlineData("/x/../dev/./other", "/dev/other")]
    public void ContainerPath_AbsentOrRelative_IsBelowTheRoot(string asked, string path) =>
        Assert.Equal(path, Assert.Single(Built(Asking(new Device { HostPath = "/dev/fuse", ContainerPath = asked }, Fuse)).Devices!).Path);

    [Theory]
    [InlineData("", "rwm")]
    [InlineData("r", "r")]
    [InlineData("mrw", "mrw")]
    public void Permissions_AreTheCgroups(string asked, string access)
    {
        var rules = Built(Asking(new Device { HostPath = "/dev/fuse", Permissions = asked }, Fuse)).Resources!.Devices!;

        Assert.Equal(new SpecDeviceRule { Allow = false, Access = "rwm" }, rules[0]);
        Assert.Equal(new SpecDeviceRule { Allow = true, Type = "c", Major = 10, Minor = 229, Access = access }, rules[1]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("rr")]
    [InlineData("rwmx")]
    [InlineData("r w")]
    public void Permissions_OfOtherLetters_AreRefused(string asked) =>
        Refused.Build(ErrorKind.InvalidArgument, "permissions", Asking(new Device { HostPath = "/dev/fuse", Permissions = asked }, Fuse));

    [Fact]
    public void Folder_GivesAllBelowIt_AtTheSamePlaces()
    {
        HostDevice[] found = [new("/dev/snd/timer", 'c', 116, 33, 0, 0, 0), new("/dev/snd/by/id", 'b', 116, 1, 0, 0, 0)];

        var linux = Built(Asking(new Device { HostPath = "/dev/snd/", ContainerPath = "/dev/sound", Permissions = "r" }, found));

        Assert.Equal(["/dev/sound/by/id", "/dev/sound/timer"], linux.Devices!.Select(device => device.Path));
        Assert.Equal(["c", "b"], linux.Resources!.Devices!.Skip(1).Select(rule => rule.Type!));
    }

    [Fact]
    public void NotThere_IsRefused() => Refused.Build(ErrorKind.InvalidArgument, "\"/dev/fuse\"", Asking(new Device { HostPath = "/dev/fuse" }));

    [Theory]
    [InlineData("", "")]
    [InlineData("dev/fuse", "")]
    [InlineData("/dev/fu\0se", "")]
    [InlineData("/dev/fuse", "/dev/\0")]
    [InlineData("/dev/fuse", "/..")]
    public void Path_ThatIsNone_IsRefused(string host, string container) =>
        Refused.Build(ErrorKind.InvalidArgument, "device", Asking(new Device { HostPath = host, ContainerPath = container }, Fuse));

    [Fact]
    public void Privileged_HasAllOfTheHost_ButWhatTheRuntimeMakes()
    {
        var linux = Built(Requests.Privileged());

        Assert.Equal(["/dev/fuse", "/dev/sda"], linux.Devices!.Select(device => device.Path));
        Assert.Equal([new SpecDeviceRule { Allow = true, Access = "rwm" }], linux.Resources!.Devices);
    }

    [Fact]
    public void Privileged_WithoutHostDevices_HasWhatItAsksFor()
    {
        var input = Requests.Privileged() with
        {
            Defaults = ContainerDefaults.BuiltIn with { PrivilegedWithoutHostDevices = true },
            Devices = new Dictionary<string, IReadOnlyList<HostDevice>> { ["/dev/fuse"] = [Fuse] },
        };
        input.Config.Devices.Add(new Device { HostPath = "/dev/fuse", Permissions = "rw" });

        var linux = Built(input);

        Assert.Equal(["/dev/fuse"], linux.Devices!.Select(device => device.Path));
        Assert.Equal([false, true], linux.Resources!.Devices!.Select(rule => rule.Allow));
    }

    [Theory]
    [InlineData(false, null, null, 0u, 7u)]
    [InlineData(false, 1000L, 3000L, 0u, 7u)]
    [InlineData(true, null, null, 0u, 7u)]
    [InlineData(true, 1000L, null, 1000u, 7u)]
    [InlineData(true, 1000L, 3000L, 1000u, 3000u)]
    public void Owner_IsTheUserWhereTheDaemonIsToldSo(bool isTheUsers, long? user, long? group, uint uid, uint gid)
    {
        var input = Asking(new Device { HostPath = "/dev/fuse" }, Fuse) with { DevicesAreTheUsers = isTheUsers };
        var security = input.Config.Linux.SecurityContext;
        security.RunAsUser = user is { } u ? new Int64Value { Value = u } : null;
        security.RunAsGroup = group is { } g ? new Int64Value { Value = g } : null;

        var device = Assert.Single(Built(input).Devices!);

        Assert.Equal((uid, gid), (device.Uid!.Value, device.Gid!.Value));
    }
}
