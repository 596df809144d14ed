using CriSharp.Pods.Host;

namespace CriSharp.Pods.Tests.Host;

public sealed class HostFactsReaderTests
{
    [Fact]
    public void BoundingSet_WhenABitIsOff_LeavesItsNameOut()
    {
        var names = HostFactsReader.BoundingSet("Name:\tx\nCapEff:\t0\nCapBnd:\t000001fffeffffff\n");
        Assert.DoesNotContain("CAP_SYS_RESOURCE", names);
        Assert.Contains("CAP_CHOWN", names);
        Assert.Contains("CAP_CHECKPOINT_RESTORE", names);
        Assert.Equal(40, names.Count);
    }

    [Fact]
    public void HardLimits_WhenUnlimited_ListsNone()
    {
        const string Limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max cpu time              unlimited            unlimited            seconds
            Max open files            1024                 524288               files
            """;
        var limits = HostFactsReader.HardLimits(Limits);
        Assert.Equal(524288UL, limits["RLIMIT_NOFILE"]);
        Assert.False(limits.ContainsKey("RLIMIT_CPU"));
    }

    [Theory]
    [InlineData("hugepages-2048kB", "2MB")]
    [InlineData("hugepages-1048576kB", "1GB")]
    [InlineData("hugepages-64kB", "64KB")]
    [InlineData("hugepages-kB", null)]
    [InlineData("other", null)]
    public void HugepageSize_OfAFolder_IsNamedAsTheControllersFiles(string folder, string? size) => Assert.Equal(size, HugepageSizes.NameOf(folder));

    [Theory]
    [InlineData("memory.max memory.swap.max", true)]
    [InlineData("memory.max", false)]
    [InlineData("cgroup.procs", true)]
    [InlineData("memory.max memory.swap.max|memory.max", true)]
    [InlineData("memory.max|memory.max memory.swap.max", true)]
    public void SwapAccounting_OnV2_IsThereWhereACgroupHasALimitOfIt(string cgroups, bool expected)
    {
        var mount = Directory.CreateTempSubdirectory("pods-tests-");
        foreach (var (index, files) in cgroups.Split('|').Index())
        {
            var slice = mount.CreateSubdirectory($"slice-{index}").FullName;
            foreach (var file in files.Split(' '))
            {
                File.WriteAllText(Path.Combine(slice, file), "max");
            }
        }

        Assert.Equal(expected, HostFactsReader.HasSwapAccounting(mount.FullName));
        mount.Delete(recursive: true);
    }
}
