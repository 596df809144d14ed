using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Audit;

/// <summary>In real cgroups below one of the test's own, which a pod has as its parent.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class CgroupFindersTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly AuditFixture _instance = new();
    private readonly CgroupHierarchies _hierarchies = CgroupHierarchies.Detect();
    private readonly CgroupPath _parent = CgroupPath.Parse($"crisharp-test-{Guid.NewGuid():N}");
    private readonly PodSandboxRecord _pod;

    public CgroupFindersTests()
    {
        _pod = Samples.Sandbox() with { CgroupParent = _parent.ToString() };
        _instance.Sandboxes.Begin(_pod);
        _instance.Sandboxes.Publish(_pod, new SandboxState.Ready([], null));
    }

    private OrphanCgroups Orphans => new(_hierarchies, _instance.Sandboxes, _instance.Owners, _instance.Options);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _hierarchies.KillAsync(_parent, Limit, CancellationToken.None);
        await _hierarchies.RemoveAsync(_parent, Limit, CancellationToken.None);
        _instance.Dispose();
    }

    [Fact]
    public void Find_WhenTheContainerHasARecord_PassesItOver()
    {
        var record = Samples.Container(_pod.Id);
        _instance.Containers.Begin(record);
        Make($"{record.Id}");
        Make("kubelets-own");

        Assert.Empty(Own());
    }

    [Fact]
    public async Task Find_WhenItIsEmptyAndNobodys_AsksAPersonAndRemovesIt()
    {
        var cgroup = Make($"{ContainerId.New()}");

        var finding = Assert.Single(Own());

        Assert.Equal((cgroup.ToString(), Removal.WhenAsked), (finding.Subject, finding.Removal));
        await Orphans.RemoveAsync(finding, CancellationToken.None);
        Assert.False(_hierarchies.Exists(cgroup));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_WhenProcessesRunInIt_IsOursOnlyWithAProof(bool proved)
    {
        var id = ContainerId.New();
        var cgroup = Make($"{id}");
        using var process = Sleep();
        _hierarchies.Attach(cgroup, process.Pid);
        if (proved)
        {
            Directory.CreateDirectory(_instance.Folders.RunOf(id));
        }

        var found = Own();

        if (!proved)
        {
            Assert.Empty(found);
            return;
        }

        Assert.Equal(Removal.Sure, Assert.Single(found).Removal);
        await Orphans.RemoveAsync(found[0], CancellationToken.None);
        Assert.False(_hierarchies.Exists(cgroup));
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
    }

    [Fact]
    public async Task ExecCgroups_WhenEmptyForLong_Go()
    {
        var record = Samples.Container(_pod.Id);
        _instance.Containers.Begin(record);
        _instance.Containers.Publish(record, new ContainerState.Running(Samples.Processes, DateTimeOffset.UtcNow));
        var (stale, fresh, used) = (Make($"{record.Id}/exec-1"), Make($"{record.Id}/exec-2"), Make($"{record.Id}/exec-3"));
        Age(stale);
        Age(used);
        using var process = Sleep();
        _hierarchies.Attach(used, process.Pid);
        var finder = new OrphanExecCgroups(_hierarchies, _instance.Sandboxes, _instance.Containers, _instance.Options);

        var finding = Assert.Single(finder.Find());

        Assert.Equal(stale.ToString(), finding.Subject);
        await finder.RemoveAsync(finding, CancellationToken.None);
        Assert.False(_hierarchies.Exists(stale));
        Assert.True(_hierarchies.Exists(fresh));
        await finder.RemoveAsync(finding with { Subject = used.ToString() }, CancellationToken.None);
        Assert.True(_hierarchies.Exists(used));
        process.Handle.Signal(Signals.SIGKILL);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit);
    }

    /// <summary>Other instances may have theirs below the default parent meanwhile.</summary>
    private Finding[] Own() => [.. Orphans.Find().Where(finding => CgroupPath.Parse(finding.Subject).IsBelow(_parent))];

    private CgroupPath Make(string name)
    {
        var cgroup = _parent.Append(name);
        _hierarchies.Create(cgroup, CgroupDelegation.AsItIs);
        return cgroup;
    }

    private void Age(CgroupPath cgroup)
    {
        foreach (var directory in _hierarchies.DirectoriesOf(cgroup))
        {
            Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow.AddHours(-2));
        }
    }

    private static ChildProcess Sleep() => ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"], Environment = [], NewSession = true });
}
