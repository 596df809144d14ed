using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeRuntime;

namespace CriSharp.OciRuntime.Tests.Monitors;

/// <summary>With a shell script for a monitor: what the launcher does when the real one would not behave.</summary>
public sealed class MonitorLauncherTests : IDisposable
{
    private readonly FakeOciRuntime _fake = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("launcher-").FullName;
    private readonly ContainerId _id = ContainerId.New();

    private OciRuntimeCli Runtime => new(new RuntimeHandler { Name = "fake", Path = _fake.ProgramPath, Root = Path.Combine(_folder, "state") });

    public void Dispose()
    {
        _fake.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Launch_WhenTheMonitorReportsAPid_ReturnsBothIdentities()
    {
        var launched = await LaunchAsync("sleep 1000 & echo \"{\\\"pid\\\":$!}\" >&3; exec 3>&-; wait");

        Assert.Equal(launched.Monitor, ProcessIdentity.TryRead(launched.Pid));
        Assert.Equal(launched.Init, ProcessIdentity.TryRead(launched.ContainerPid));
        Assert.Null(await new LaunchUndo(Launch(), Runtime).RunAsync(launched));
        Assert.Null(PidHandle.TryOpen(launched.Monitor) is { HasExited: false } alive ? alive : null);
        Assert.Equal([$"delete {_id}"], _fake.Calls);
    }

    [Fact]
    public async Task Launch_WhenTheRuntimeRefused_CarriesItsWordsWithoutTheIdAndDeletes()
    {
        var report = $$"""{"pid":-1,"message":"runc create failed: /x/{{_id}}/rootfs: no such file"}""";

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LaunchAsync($"echo '{report}' >&3"));

        Assert.Equal("OCI runtime 'fake' could not create the container: runc create failed: /x/ID/rootfs: no such file", failure.Message);
        Assert.Equal([$"delete {_id}"], _fake.Calls);
    }

    [Fact]
    public async Task Launch_WhenTheMonitorDiesSilently_TellsItsLastWords()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LaunchAsync("echo 'stack overflow' >&2; kill -ABRT $$"));

        Assert.Contains("died without a report; its last words: stack overflow", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launch_WhenTheReportIsNone_SaysWhatCameInstead()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LaunchAsync("echo nonsense >&3"));

        Assert.Contains("malformed: nonsense", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launch_WhenTheReportNeverEnds_IsCutOff()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LaunchAsync("head -c 1000000 /dev/zero >&3"));

        Assert.Equal(ErrorKind.Internal, failure.Kind);
    }

    [Fact]
    public async Task Launch_WhenTheCallerGoesAway_KillsAllThatTheMonitorStarted()
    {
        using var caller = new CancellationTokenSource();
        var fifo = Path.Combine(_folder, "fifo");
        await ProgramRun.RunAsync(new ProgramCommand { Path = "/usr/bin/mkfifo", Arguments = [fifo], TimeLimit = TimeSpan.FromSeconds(30) }, default);
        var launch = LaunchAsync($"set -m; sleep 1000 & echo $$ $! >{fifo}; wait", caller.Token);
        var pids = (await File.ReadAllTextAsync(fifo)).Split(' ').Select(pid => PidHandle.Open(int.Parse(pid, null))).ToArray();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => launch);
        foreach (var pid in pids)
        {
            await pid.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
            pid.Dispose();
        }

        Assert.Equal([$"delete {_id}"], _fake.Calls);
    }

    [Fact]
    public async Task Launch_WhenWhatWasMadeCannotBeDeleted_SaysBoth()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "state", $"{_id}"));
        _fake.Fail("delete", 1, "device or resource busy");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LaunchAsync("""echo '{"pid":-1,"message":"first"}' >&3"""));

        Assert.Contains(": first; and then the container could not be deleted", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("device or resource busy", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launch_WhenThereIsNoMonitorProgram_SaysWhatToDo()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => new MonitorLauncher("/nowhere/conmon-sharp").LaunchAsync(Launch(), Runtime, CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("--conmon", failure.Message, StringComparison.Ordinal);
    }

    private async Task<ContainerMonitor> LaunchAsync(string script, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(_folder, "monitor");
        await File.WriteAllTextAsync(path, $"#!/bin/bash\n{script}\n", CancellationToken.None);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return await new MonitorLauncher(path).LaunchAsync(Launch(), Runtime, cancellationToken);
    }

    private MonitorLaunch Launch() => new() { Id = _id, Bundle = new Bundle(_folder), ExitFile = Path.Combine(_folder, "exit") };
}
