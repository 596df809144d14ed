using CriSharp.Pods.Persistence;
using CriSharp.Pods.Retries;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class FindPodSandboxTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-find-");
    private readonly PodSandboxStore _sandboxes;
    private readonly Unclaimed<PodSandboxId> _unclaimed;
    private readonly FindPodSandbox _find;

    public FindPodSandboxTests()
    {
        var folders = new InstanceFolders(_root.FullName, Path.Combine(_root.FullName, "run"));
        _sandboxes = new PodSandboxStore(folders);
        _unclaimed = new Unclaimed<PodSandboxId>(
            new UnclaimedThings<PodSandboxId>(
                "pod sandbox", _sandboxes.MarkUnclaimed, _sandboxes.UnmarkUnclaimed, _sandboxes.IsUnclaimed, _ => true, _ => Task.CompletedTask),
            new PodsOptions { Folders = folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none", KeepUnclaimed = TimeSpan.FromHours(1) },
            NullLogger.Instance);
        _find = new FindPodSandbox(_sandboxes, _unclaimed);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Run_ByItsId_ClaimsWhatNobodyWasToldOf()
    {
        var record = Samples.Sandbox();
        _sandboxes.Begin(record);
        var sandbox = _sandboxes.Publish(record, new SandboxState.Ready([], null));
        _unclaimed.Keep(record.Id);
        Assert.True(_sandboxes.IsUnclaimed(record.Id));

        Assert.Same(sandbox, _find.Run(record.Id.ToString()));

        Assert.False(_sandboxes.IsUnclaimed(record.Id));
    }

    [Fact]
    public void Run_WhileItIsBeingRemoved_DoesNotMissItsMark()
    {
        var record = Samples.Sandbox();
        _sandboxes.Begin(record);
        var sandbox = _sandboxes.Publish(record, new SandboxState.Ready([], null));
        _unclaimed.Keep(record.Id);
        Directory.Delete(Path.Combine(new InstanceFolders(_root.FullName, "/none").SandboxRecords, record.Id.ToString()), recursive: true);

        Assert.Same(sandbox, _find.Run(record.Id.ToString()));
    }

    [Fact]
    public void Run_OfOneThatIsNotThere_IsNotFound() =>
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => _find.Run(PodSandboxId.New().ToString())).Kind);
}
