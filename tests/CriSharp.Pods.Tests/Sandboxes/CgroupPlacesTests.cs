using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class CgroupPlacesTests
{
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
        var place = CgroupPath.Parse($"{cgroup}{container}{suffix}");

        Assert.Equal(place, CgroupPlaces.CgroupOf(sandbox, container));
        Assert.Equal($"{path}{container}", CgroupPlaces.PathFor(sandbox, container));
        Assert.Equal(place, CgroupPlaces.PathOf($"{path}{container}"));
        Assert.Equal(suffix.Length > 0, CgroupPlaces.IsSystemds($"{path}{container}"));
        Assert.Equal(own, CgroupPlaces.TryFindOwn(sandbox)?.ToString());
        Assert.Equal(container.ToString(), CgroupPlaces.OwnerOf(place));
        Assert.Contains(place.Parent, CgroupPlaces.ParentsOf([sandbox]));
    }

    [Theory]
    [InlineData("crisharp.slice")]
    [InlineData("/crisharp")]
    public void Parent_OfAllPodsWhoseClientsNameNone_IsNobodysOwn(string parent) =>
        Assert.Null(CgroupPlaces.TryFindOwn(Samples.Sandbox() with { CgroupParent = parent }));
}
