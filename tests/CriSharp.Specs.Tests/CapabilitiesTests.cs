using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class CapabilitiesTests
{
    private static BuiltSpec Build(Capability capability) =>
        ContainerSpec.Build(Requests.WithSecurity(security => security.Capabilities = capability));

    private static SpecCapabilities Sets(Capability capability) => Build(capability).Spec.Process.Capabilities!;

    [Theory]
    [InlineData("NET_RAW")]
    [InlineData("net_raw")]
    [InlineData("CAP_NET_RAW")]
    [InlineData("cap_net_raw")]
    public void Add_InAnySpelling_Adds(string name) => Assert.Contains("CAP_NET_RAW", Sets(new Capability { AddCapabilities = { name } }).Effective!);

    [Fact]
    public void Drop_TakesAway()
    {
        var sets = Sets(new Capability { DropCapabilities = { "KILL", "NET_RAW" } });

        Assert.DoesNotContain("CAP_KILL", sets.Bounding!);
        Assert.Equal(8, sets.Bounding!.Count);
    }

    [Fact]
    public void DropAll_ThenAdd_LeavesOnlyTheAdded() =>
        Assert.Equal(["CAP_CHOWN", "CAP_NET_ADMIN"], Sets(new Capability { DropCapabilities = { "ALL" }, AddCapabilities = { "NET_ADMIN", "chown" } }).Permitted);

    [Fact]
    public void DropAll_AndAddAll_LeavesNone() =>
        Assert.Empty(Sets(new Capability { DropCapabilities = { "all" }, AddCapabilities = { "ALL" } }).Permitted!);

    [Fact]
    public void AddAll_GivesTheBoundingSetWithoutWarning_ThenDrops()
    {
        var built = Build(new Capability { AddCapabilities = { "ALL" }, DropCapabilities = { "SYS_ADMIN" } });

        Assert.Empty(built.Warnings);
        Assert.Equal(Requests.Host.BoundingCapabilities.Count - 1, built.Spec.Process.Capabilities!.Bounding!.Count);
    }

    [Fact]
    public void Add_OutsideTheBoundingSet_IsLeftOutWithAWarning()
    {
        var built = Build(new Capability { AddCapabilities = { "SYS_RESOURCE" } });

        Assert.DoesNotContain("CAP_SYS_RESOURCE", built.Spec.Process.Capabilities!.Bounding!);
        Assert.Contains("CAP_SYS_RESOURCE", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NONSENSE")]
    [InlineData("")]
    [InlineData("CAP_")]
    [InlineData("CAP_CAP_CHOWN")]
    [InlineData("CAP_ALL")]
    public void Unknown_IsRefused(string name)
    {
        Refused.Invalid("unknown", () => Build(new Capability { AddCapabilities = { name } }));
        Refused.Invalid("unknown", () => Build(new Capability { DropCapabilities = { name } }));
    }

    [Fact]
    public void Inheritable_IsEmpty_CVE_2022_27652()
    {
        Assert.Empty(Sets(new Capability()).Inheritable!);
        Assert.Empty(Sets(new Capability { AddCapabilities = { "ALL" } }).Inheritable!);
        Assert.Empty(ContainerSpec.Build(Requests.Privileged()).Spec.Process.Capabilities!.Inheritable!);
    }

    [Fact]
    public void Ambient_IsEmptyUnlessAskedFor_CVE_2018_1000400()
    {
        Assert.Empty(Sets(new Capability { AddCapabilities = { "NET_RAW" } }).Ambient!);

        var sets = Sets(new Capability { AddAmbientCapabilities = { "NET_RAW" } });
        Assert.Equal(["CAP_NET_RAW"], sets.Ambient);
        Assert.Equal(["CAP_NET_RAW"], sets.Inheritable);
        Assert.Contains("CAP_NET_RAW", sets.Permitted!);
    }

    [Fact]
    public void Privileged_GetsTheWholeBoundingSet()
    {
        var sets = ContainerSpec.Build(Requests.Privileged()).Spec.Process.Capabilities!;

        Assert.Equal(Requests.Host.BoundingCapabilities.Order(), sets.Effective!.Order());
    }

    [Fact]
    public void Privileged_InAPlainSandbox_IsRefused() =>
        Refused.Build(ErrorKind.FailedPrecondition, "privileged pod sandbox", Requests.WithSecurity(security => security.Privileged = true));
}
