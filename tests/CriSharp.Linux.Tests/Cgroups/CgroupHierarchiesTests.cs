using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupHierarchiesTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly CgroupHierarchies _hierarchies = CgroupHierarchies.Detect();
    private readonly CgroupPath _top = CgroupPath.Parse($"crisharp-test-{Guid.NewGuid():N}");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _hierarchies.KillAsync(_top, Limit, CancellationToken.None);
        await _hierarchies.RemoveAsync(_top, Limit, CancellationToken.None);
    }

    [Fact]
    public async Task Create_WhenParentsAreMissing_EveryHierarchyGetsThemAndRemoveMadeTakesThemBack()
    {
        var leaf = _top.Append("pod/container");

        var made = _hierarchies.Create(leaf, CgroupDelegation.AllControllers);

        Assert.Equal(_hierarchies.All.Count * 3, made.Count);
        Assert.All(_hierarchies.DirectoriesOf(leaf), directory => Assert.True(Directory.Exists(directory), directory));
        Assert.Empty(_hierarchies.Create(leaf, CgroupDelegation.AllControllers));

        await _hierarchies.RemoveAsync(leaf, Limit, CancellationToken.None);
        Assert.True(_hierarchies.Exists(leaf.Parent));
        _hierarchies.RemoveMade(made);
        Assert.False(_hierarchies.Exists(_top));
    }

    [Fact]
    public async Task RemoveMade_WhenSomebodyElseUsesAParent_LeavesIt()
    {
        var made = _hierarchies.Create(_top.Append("ours"), CgroupDelegation.AsItIs);
        _hierarchies.Create(_top.Append("theirs"), CgroupDelegation.AsItIs);
        Assert.Equal(["ours", "theirs"], _hierarchies.ChildrenOf(_top).Select(child => child.Name).Order());

        _hierarchies.RemoveMade(made);

        Assert.False(_hierarchies.Exists(_top.Append("ours")));
        Assert.True(_hierarchies.Exists(_top.Append("theirs")));
        await _hierarchies.RemoveAsync(_top, Limit, CancellationToken.None);
        await _hierarchies.RemoveAsync(_top, Limit, CancellationToken.None);
    }

    [Fact]
    public async Task Kill_WhenProcessesAreNested_AllEndAndTheTreeCanBeRemoved()
    {
        var leaf = _top.Append("a/b");
        _hierarchies.Create(leaf, CgroupDelegation.AsItIs);
        using var outer = Sleep();
        using var inner = Sleep();
        _hierarchies.Attach(_top, outer.Pid);
        _hierarchies.Attach(leaf, inner.Pid);

        Assert.Equal([outer.Pid, inner.Pid], _hierarchies.Pids(_top).Order());
        Assert.Equal([inner.Pid], _hierarchies.Pids(leaf));
        Assert.Equal(_hierarchies.All.ToHashSet(), _hierarchies.PathsOf(inner.Pid)!.Keys.ToHashSet());
        Assert.All(_hierarchies.PathsOf(inner.Pid)!.Values, path => Assert.Equal(leaf, path));
        var busy = await Assert.ThrowsAsync<TimeoutException>(() => _hierarchies.RemoveAsync(leaf, TimeSpan.Zero, CancellationToken.None));
        Assert.Contains($"{inner.Pid}", busy.Message, StringComparison.Ordinal);

        await _hierarchies.KillAsync(_top, Limit, CancellationToken.None);

        Assert.Equal(Signals.SIGKILL, (await outer.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit)).Signal);
        Assert.Equal(Signals.SIGKILL, (await inner.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit)).Signal);
        await _hierarchies.RemoveAsync(_top, Limit, CancellationToken.None);
        Assert.False(_hierarchies.Exists(_top));
        Assert.Null(_hierarchies.PathsOf(inner.Pid));
    }

    [Fact]
    public async Task Kill_WhenProcessesAreForkedAllTheTime_NoneIsLeft()
    {
        _hierarchies.Create(_top, CgroupDelegation.AsItIs);
        using var bomb = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/sh",
            Arguments = ["sh", "-c", "while :; do (sleep 60 &) ; sleep 0.02; done"],
            Environment = ["PATH=/usr/bin:/bin"],
            NewSession = true,
        });
        _hierarchies.Attach(_top, bomb.Pid);

        await _hierarchies.KillAsync(_top, Limit, CancellationToken.None);

        Assert.Empty(_hierarchies.Pids(_top));
        await bomb.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
    }

    [Fact]
    public async Task Thaw_WhenSomebodyHasFrozenTheCgroup_SignalsReachItsProcesses()
    {
        _hierarchies.Create(_top, CgroupDelegation.AsItIs);
        using var process = Sleep();
        _hierarchies.Attach(_top, process.Pid);
        Assert.False(_hierarchies.IsFrozen(_top));
        Freeze(_top);
        Assert.True(_hierarchies.IsFrozen(_top));
        process.Handle.Signal(Signals.SIGTERM);
        await Task.Delay(TimeSpan.FromMilliseconds(50));
        Assert.False(process.Handle.HasExited);

        _hierarchies.Thaw(_top);

        Assert.False(_hierarchies.IsFrozen(_top));
        Assert.Equal(Signals.SIGTERM, (await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit)).Signal);
    }

    [Fact]
    public async Task Thaw_WhenAParentIsFrozen_LeavesThatAndSaysSo()
    {
        var leaf = _top.Append("container");
        _hierarchies.Create(leaf, CgroupDelegation.AsItIs);
        using var process = Sleep();
        _hierarchies.Attach(leaf, process.Pid);
        Freeze(_top);

        _hierarchies.Thaw(leaf);

        Assert.True(_hierarchies.IsFrozen(leaf));
        _hierarchies.Thaw(_top);
        process.Handle.Signal(Signals.SIGKILL);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
    }

    [Fact]
    public void HasRunOutOfMemory_WhenNothingWasKilled_IsFalse()
    {
        _hierarchies.Create(_top, CgroupDelegation.AsItIs);

        Assert.False(_hierarchies.HasRunOutOfMemory(_top));
        Assert.False(_hierarchies.HasRunOutOfMemory(_top.Append("gone")));
    }

    private void Freeze(CgroupPath path)
    {
        if (_hierarchies.Find("freezer") is { IsUnified: false } freezer)
        {
            File.WriteAllText(Path.Combine(freezer.DirectoryOf(path), "freezer.state"), "FROZEN");
            return;
        }

        File.WriteAllText(Path.Combine(_hierarchies.Unified!.DirectoryOf(path), "cgroup.freeze"), "1");
    }

    [Fact]
    public async Task Remove_WhenNestedDeeperThanAPathMayBe_TheWholeTreeGoes()
    {
        // 16 x 255 characters and more: no path names the innermost one.
        _hierarchies.Create(_top, CgroupDelegation.AsItIs);
        var shell = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = "/bin/sh",
                Arguments = ["-c", $"n=$(printf '%0250d' 0); for d in {string.Join(' ', _hierarchies.DirectoriesOf(_top))}; do cd $d; for i in $(seq 20); do mkdir $n && cd -P ./$n || exit 1; done; done"],
                Environment = ["PATH=/usr/bin:/bin"],
                TimeLimit = Limit,
            },
            CancellationToken.None);

        Assert.Equal((0, ""), (shell.Exit.ShellCode, shell.StandardErrorText));
        await _hierarchies.RemoveAsync(_top, Limit, CancellationToken.None);
        Assert.False(_hierarchies.Exists(_top));
    }

    [Fact]
    public async Task Kill_WhenThisVeryProcessIsInside_IsRefused() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _hierarchies.KillAsync(CgroupPath.Root, Limit, CancellationToken.None));

    [Theory]
    [InlineData("32 31 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", CgroupMode.V2, 1)]
    [InlineData("32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", CgroupMode.V1, 2)]
    [InlineData("32 31 0:29 / /cg/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n33 31 0:30 / /cg/unified rw shared:1 - cgroup2 cgroup2 rw\n34 31 0:30 / /other rw - cgroup2 cgroup2 rw", CgroupMode.Hybrid, 2)]
    public void FromMountTable_WhenAHostMountsItsCgroups_ModeAndHierarchiesAreSeen(string table, CgroupMode mode, int count)
    {
        var hierarchies = CgroupHierarchies.FromMountTable(MountTable.Parse(table));

        Assert.Equal((mode, count), (hierarchies.Mode, hierarchies.All.Count));
    }

    [Theory]
    [InlineData("32 31 0:29 / {0} rw - cgroup2 cgroup2 rw", true)]
    [InlineData("32 31 0:29 / {0} rw - cgroup2 cgroup2 rw\n33 31 0:30 / /cg/memory rw - cgroup cgroup rw,memory", false)]
    [InlineData("32 31 0:29 / /cg/unified rw - cgroup2 cgroup2 rw\n33 31 0:30 / /cg/hugetlb rw - cgroup cgroup rw,hugetlb", true)]
    [InlineData("33 31 0:30 / /cg/memory rw - cgroup cgroup rw,memory", false)]
    public void CanLimit_WhenAControllerIsLeftToV2_IsTrueOnlyWhereAllAre(string table, bool expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["cgroup.controllers"], "hugetlb\n");

        var hierarchies = CgroupHierarchies.FromMountTable(MountTable.Parse(table.Replace("{0}", folder[""], StringComparison.Ordinal)));

        Assert.Equal(expected, hierarchies.CanLimit("hugetlb"));
    }

    [Fact]
    public void ParsePaths_WhenMountsHaveOtherOptions_TheControllersAreFoundAllTheSame()
    {
        var hierarchies = CgroupHierarchies.FromMountTable(MountTable.Parse(
            "32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,seclabel,cpu,cpuacct\n33 31 0:30 / /cg/cpuset rw - cgroup cgroup rw,seclabel,cpuset,cpuset_v2_mode\n"
            + "34 31 0:31 / /cg/systemd rw - cgroup cgroup rw,seclabel,xattr,favordynmods,release_agent=/x,name=systemd"));

        var paths = hierarchies.ParsePaths("3:cpuset:/a\n2:cpu,cpuacct:/b\n1:name=systemd:/c\n");

        Assert.Equal(["a", "b", "c"], paths.Values.Select(path => path.Value).Order());
    }

    [Fact]
    public void ParsePaths_WhenOnlyAPartIsMounted_PathsAreRelativeToIt()
    {
        var hierarchies = CgroupHierarchies.FromMountTable(MountTable.Parse(
            "32 31 0:29 /docker/1 /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n33 31 0:30 / /cg/systemd rw - cgroup cgroup rw,name=systemd\n34 31 0:31 / /cg/memory rw - cgroup cgroup rw,memory"));

        var paths = hierarchies.ParsePaths("4:memory:/../other\n3:name=systemd:/a/b\n2:cpuacct,cpu:/docker/1/pod\n1:pids:/x\n");

        Assert.Equal("pod", paths[hierarchies.Find("cpu")!].Value);
        Assert.Equal("a/b", paths[hierarchies.Find("name=systemd")!].Value);
        Assert.Equal(2, paths.Count);
    }

    private static ChildProcess Sleep() => ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });
}
