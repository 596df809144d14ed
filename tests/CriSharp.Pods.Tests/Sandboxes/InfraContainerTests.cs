using System.Globalization;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class InfraContainerTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-infra-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Watch_WhenItCanNotBeFollowed_ThePodIsNotReady()
    {
        // There is no pidfd of a thread that is not the first of its process.
        var thread = Directory.EnumerateDirectories("/proc/self/task")
            .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))
            .First(id => id != Environment.ProcessId);
        var identity = new ProcessIdentity(thread, 1);
        Assert.Throws<LinuxException>(() => PidHandle.TryOpen(identity));
        var folders = new InstanceFolders(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));
        Directory.CreateDirectory(folders.SandboxRecords);
        var sandboxes = new PodSandboxStore(folders);
        var record = Samples.Sandbox();
        sandboxes.Begin(record);
        var sandbox = sandboxes.Publish(record, new SandboxState.Ready([], new ContainerProcesses(identity, identity)));
        var options = new PodsOptions { Folders = folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none" };
        var infra = new InfraContainer(sandboxes, null!, null!, null!, null!, null!, options, NullLogger<InfraContainer>.Instance);

        infra.Watch(sandbox);

        for (var tries = 0; tries < 500 && sandbox.State is SandboxState.Ready; tries++)
        {
            await Task.Delay(10);
        }

        Assert.IsType<SandboxState.Stopped>(sandbox.State);
    }
}
