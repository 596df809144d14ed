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
        Assert.StartsWith($"{slice}:crisharp:", cgroups.PathFor(Samples.Sandbox() with { CgroupParent = slice }, ContainerId.New()), StringComparison.Ordinal);
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
        Assert.Equal($"/kubepods/pod1/{container}", cgroups.PathFor(Samples.Sandbox() with { CgroupParent = asked }, container));
    }

    [Theory]
    [InlineData("/test.slice", "the cgroup driver is Cgroupfs")]
    [InlineData("/a/../b", "not the path of a cgroup")]
    public void Cgroupfs_RefusesSlicesAndWaysOut(string asked, string words) => AssertRefused(CgroupDriver.Cgroupfs, asked, words);

    /// <summary>The administrator may have chosen the other one since.</summary>
    [Theory]
    [InlineData("kubepods-pod1.slice", "/kubepods.slice/kubepods-pod1.slice", "kubepods-pod1.slice:crisharp:", "/kubepods.slice/kubepods-pod1.slice/crisharp-", ".scope")]
    [InlineData("/kubepods/pod1", "/kubepods/pod1", "/kubepods/pod1/", "/kubepods/pod1/", "")]
    [InlineData("kubepods/a:b.slice:c", "/kubepods/a:b.slice:c", "/kubepods/a:b.slice:c/", "/kubepods/a:b.slice:c/", "")]
    [InlineData("a.slice:b:c", "/a.slice:b:c", "/a.slice:b:c/", "/a.slice:b:c/", "")]
    [InlineData("-.slice", null, "-.slice:crisharp:", "/crisharp-", ".scope")]
    public void Pod_OfEitherDriver_StaysWhereItIs(string parent, string? own, string path, string cgroup, string suffix)
    {
        var (sandbox, container) = (Samples.Sandbox() with { CgroupParent = parent }, ContainerId.New());
        foreach (var cgroups in (PodCgroups[])[Of(CgroupDriver.Systemd), Of(CgroupDriver.Cgroupfs)])
        {
            var place = CgroupPath.Parse($"{cgroup}{container}{suffix}");
            Assert.Equal(place, cgroups.CgroupOf(sandbox, container));
            Assert.Equal($"{path}{container}", cgroups.PathFor(sandbox, container));
            Assert.Equal(place, cgroups.PathOf($"{path}{container}"));
            Assert.Equal(suffix.Length > 0, PodCgroups.IsSystemds($"{path}{container}"));
            Assert.Equal(own, cgroups.TryFindOwn(sandbox)?.ToString());
            Assert.Equal(container.ToString(), cgroups.OwnerOf(place));
            Assert.Contains(place.Parent, cgroups.ParentsOf([sandbox]));
        }
    }

    [Theory]
    [InlineData("crisharp.slice")]
    [InlineData("/crisharp")]
    public void Parent_OfAllPodsWhoseClientsNameNone_IsNobodysOwn(string parent)
    {
        Assert.Null(Of(CgroupDriver.Systemd).TryFindOwn(Samples.Sandbox() with { CgroupParent = parent }));
        Assert.Null(Of(CgroupDriver.Cgroupfs).TryFindOwn(Samples.Sandbox() with { CgroupParent = parent }));
    }

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
