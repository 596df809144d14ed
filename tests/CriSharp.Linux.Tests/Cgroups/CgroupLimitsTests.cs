using CriSharp.Linux.Cgroups;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupLimitsTests
{
    [Fact]
    public void Reclaimable_AreBothListsOfFilesAndTheKernelsOwnCaches() =>
        Assert.Equal(342, CgroupHierarchies.Reclaimable(
            "anon 1000\nfile 5000\ninactive_anon 7\nactive_anon 8\ninactive_file 40\nactive_file 2\nunevictable 9\nslab_reclaimable 300\nslab_unreclaimable 50\nslab 350\n"));

    [Fact]
    public void Value_OfAControllerOrFileThatIsNone_IsNull()
    {
        var hierarchies = CgroupHierarchies.Detect();
        Assert.Null(hierarchies.TryReadValue(CgroupPath.Root, "nonsense.max"));
        Assert.Null(hierarchies.TryReadValue(CgroupPath.Parse("/no-such-cgroup"), "memory.stat"));
    }
}
