using System.Diagnostics;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Retries;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Containers;

/// <summary>With a process of the test's own as the container's, and a runtime that does nothing.</summary>
public sealed class StartAndStopTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-start-stop-");
    private readonly PodsOptions _options;
    private readonly ContainerStore _store;
    private readonly RuntimeHandlers _handlers;
    private readonly ContainerCgroups _cgroups;
    private readonly Operations _operations = new(TimeProvider.System);

    public StartAndStopTests()
    {
        var folders = new InstanceFolders(_root.FullName, Path.Combine(_root.FullName, "run"));
        _options = new PodsOptions { Folders = folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none" };
        _store = new ContainerStore(folders);
        _handlers = new RuntimeHandlers(new HandlerTable(
            new Dictionary<string, OciRuntimeCli> { ["runc"] = new(new RuntimeHandler { Name = "runc", Path = "/bin/true", Root = Path.Combine(_root.FullName, "runc") }) }, "runc"));
        _cgroups = new ContainerCgroups(CgroupHierarchies.Detect(), new BundleStore(folders.ContainerRuns), _options);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(false, 137)]
    [InlineData(true, 3)]
    public async Task Stop_OfACreatedOne_GivesGraceOnlyWhereAStartIsUnderWay(bool isUnderWay, int code)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadLineAsync();
        var identity = ProcessIdentity.TryRead(process.Id)!.Value;
        var container = MakeCreated(new ContainerProcesses(identity, identity));
        container.RuntimeStart = isUnderWay ? new TaskCompletionSource().Task : Task.CompletedTask;
        var stages = new List<string>();
        var operations = new Operations(TimeProvider.System) { OnStage = operation => stages.Add(operation.Stage) };
        var stop = new StopContainer(_store, _handlers, _cgroups, operations, _options, NullLogger<StopContainer>.Instance)
            .RunAsync(container, TimeSpan.FromMinutes(1), CancellationToken.None);

        await process.WaitForExitAsync();
        Assert.Equal(isUnderWay ? "grace" : "SIGKILL", Assert.Single(stages));

        _store.Observe(container, _ => new ContainerState.Exited(null, new ContainerEnd(code, ContainerEnd.Error, "", DateTimeOffset.UnixEpoch)));
        await stop;
        Assert.Equal(code, process.ExitCode);
    }

    [Fact]
    public async Task Start_IsUnderWayUntilItIsWrittenDown()
    {
        var container = MakeCreated(Samples.Processes);
        bool? isUnderWay = null;
        _store.Changed += (changed, _, after) => isUnderWay = after is ContainerState.Running && !changed.RuntimeStart.IsCompleted;
        var unclaimed = new Unclaimed<ContainerId>(
            new UnclaimedThings<ContainerId>("container", _ => { }, _ => { }, _ => false, _ => false, _ => Task.CompletedTask), _options, NullLogger.Instance);

        await new StartContainer(_store, _handlers, _cgroups, unclaimed, _operations, _options, NullLogger<StartContainer>.Instance)
            .RunAsync(container.Id.ToString(), CancellationToken.None);

        Assert.True(isUnderWay);
        Assert.True(container.RuntimeStart.IsCompletedSuccessfully);
    }

    private Container MakeCreated(ContainerProcesses processes)
    {
        var record = Samples.Container(PodSandboxId.New());
        _store.Begin(record);
        return _store.Publish(record, new ContainerState.Created(processes));
    }
}
