using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Sandboxes;

/// <summary>What each driver takes as a pod's cgroup_parent, and what it makes of it.</summary>
public sealed class PodCgroupsTests
{
    private static readonly PodSandboxId Id = Samples.Sandbox().Id;

    [Theory]
    [InlineData("test.slice", "test.slice")]
    [InlineData("/test.slice", "test.slice")]
    [InlineData("kubepods-burstable-pod1_2.slice", "kubepods-burstable-pod1_2.slice")]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice", "kubepods-burstable-pod1_2.slice")]
    [InlineData("kubepods.slice/kubepods-pod1.slice", "kubepods-pod1.slice")]
    public void Systemd_TakesASliceWithOrWithoutItsPlace(string asked, string slice)
    {
        var cgroups = Of(CgroupDriver.Systemd);

        cgroups.Validate(asked);

        Assert.Equal(slice, cgroups.ParentOf(Id, asked));
        Assert.StartsWith($"{slice}:crisharp:", CgroupPlaces.PathFor(Samples.Sandbox() with { CgroupParent = slice }, ContainerId.New()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/kubepods/pod1", "the cgroup driver is Systemd")]
    [InlineData("/kubepods.slice/", "the cgroup driver is Systemd")]
    [InlineData("/other.slice/kubepods-pod1.slice", "systemd puts the slice kubepods-pod1.slice at /kubepods.slice/kubepods-pod1.slice")]
    [InlineData("/kubepods/kubepods-pod1.slice", "systemd puts the slice")]
    [InlineData("/../test.slice", "systemd puts the slice test.slice at /test.slice")]
    [InlineData("/a.slice/a--b.slice", "not the name of a systemd slice")]
    [InlineData("a:b.slice", "colon")]
    [InlineData("/.slice", "not the name of a systemd slice")]
    public void Systemd_RefusesWhatIsNoSliceOrLiesElsewhere(string asked, string words) => AssertRefused(CgroupDriver.Systemd, asked, words);

    [Theory]
    [InlineData("/kubepods/pod1")]
    [InlineData("kubepods/pod1")]
    [InlineData("/kubepods/pod1/")]
    public void Cgroupfs_TakesAPath_AsOneFromTheRoot(string asked)
    {
        var cgroups = Of(CgroupDriver.Cgroupfs);
        var container = ContainerId.New();

        cgroups.Validate(asked);

        Assert.Equal("/kubepods/pod1", cgroups.ParentOf(Id, asked));
        // Pods of earlier releases have it as it was asked for.
        Assert.Equal($"/kubepods/pod1/{container}", CgroupPlaces.PathFor(Samples.Sandbox() with { CgroupParent = asked }, container));
    }

    [Theory]
    [InlineData("/test.slice", "the cgroup driver is Cgroupfs")]
    [InlineData("/a/../b", "not the path of a cgroup")]
    public void Cgroupfs_RefusesSlicesAndWaysOut(string asked, string words) => AssertRefused(CgroupDriver.Cgroupfs, asked, words);

    [Fact]
    public void Remove_OfFoldersOfOtherHierarchies_LeavesThemAlone()
    {
        var folder = Directory.CreateTempSubdirectory("pods-tests-").FullName;

        Of(CgroupDriver.Cgroupfs).Remove(Samples.Sandbox() with { MadeCgroups = [folder] });

        Assert.True(Directory.Exists(folder));
        Directory.Delete(folder);
    }

    private static void AssertRefused(CgroupDriver driver, string asked, string words)
    {
        var failure = Assert.Throws<RuntimeException>(() => Of(driver).Validate(asked));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains($"cgroup_parent \"{asked}\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    private static PodCgroups Of(CgroupDriver driver) => new(CgroupHierarchies.Detect(), driver);
}
