using ConmonSharp.Tests.Rig;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.TestSupport.FakeRuntime;

namespace ConmonSharp.Tests.Fake;

public class LifeTests
{
    [Fact]
    public async Task Watch_WhenTheContainerEnds_IsToldAfterTheRecordIsThere()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        var pid = await rig.LaunchAndStartAsync();
        using var first = rig.Connect();
        using var second = rig.Connect();
        Assert.Equal(new StateMessage(pid, null), await first.WatchAsync());
        Assert.Equal(new StateMessage(pid, null), await second.WatchAsync());

        Leftovers.Kill(pid);

        foreach (var peer in (MonitorPeer[])[first, second])
        {
            var told = StateMessage.Read(await peer.ReceiveAsync(MessageType.Exited));
            Assert.Equal(137, told.Exit!.ExitCode);
            Assert.Equal(told.Exit, rig.ReadExit());
        }

        await rig.WaitForMonitorAsync();
    }

    [Fact]
    public async Task Monitor_WhenItsParentIsKilled_GoesOn()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var go = rig.Folder + "/go";
        rig.WriteCommand("/bin/sh", "-c", $"mkfifo {go}; read x <{go}; echo survived; exit 4");
        var program = await PublishedMonitor.PathAsync();
        using var parent = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/sh",
            Arguments = ["sh", "-c", "report=$1; shift; \"$@\" 3>$report & wait", "sh", rig.Folder + "/report", program, .. rig.Arguments.ToArguments()],
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            NewSession = true,
        });
        await Eventually.TrueAsync(() => File.Exists(rig.Folder + "/report") && File.ReadAllText(rig.Folder + "/report").EndsWith('\n'));
        Assert.True(LaunchReport.Parse(File.ReadAllBytes(rig.Folder + "/report")).Succeeded);
        await rig.StartContainerAsync();

        parent.KillSession();
        await parent.WaitForExitAsync(CancellationToken.None);

        await Eventually.TrueAsync(() => File.Exists(go));
        using var peer = rig.Connect();
        Assert.Null((await peer.WatchAsync()).Exit);
        File.WriteAllText(go, "x\n");
        Assert.Equal(4, StateMessage.Read(await peer.ReceiveAsync(MessageType.Exited)).Exit!.ExitCode);
        Assert.Equal(["stdout F survived"], rig.ReadLog());
        Assert.Empty(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task Monitor_WhenToldToEnd_StaysWithItsContainer()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        var pid = await rig.LaunchAndStartAsync();

        foreach (var signal in (int[])[1, 2, 13, 15])
        {
            rig.Monitor.Handle.Signal(signal);
        }

        using var peer = rig.Connect();
        Assert.Equal(new StateMessage(pid, null), await peer.WatchAsync());
    }

    [Fact]
    public async Task Monitor_WhenAGrandchildHoldsTheOutput_TellsAtOnceAndEndsSoon()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "setsid sh -c 'echo $$ >" + rig.Folder + "/grandchild; exec sleep 1000' & sleep 0.2; echo bye");
        await rig.LaunchAsync();
        using var peer = rig.Connect();
        await peer.WatchAsync();
        await rig.StartContainerAsync();

        await peer.ReceiveAsync(MessageType.Exited);
        var grandchild = int.Parse(File.ReadAllText(rig.Folder + "/grandchild"));
        Assert.True(MonitorProcesses.IsAlive(grandchild));
        Assert.Equal(["stdout F bye"], rig.ReadLog());
        await rig.WaitForMonitorAsync();
        Leftovers.Kill(grandchild);
    }

    [Fact]
    public async Task Monitor_WhenOrphansEnd_ReapsThem()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8; do (setsid sh -c 'sleep 0.2' &) ; done; echo started; exec sleep 1000");
        var pid = await rig.LaunchAndStartAsync();
        await Eventually.TrueAsync(() => File.ReadAllText(rig.LogPath).Contains("started", StringComparison.Ordinal));

        await Eventually.TrueAsync(() => MonitorProcesses.ChildrenOf(rig.Monitor.Pid) is [var only] && only == pid);
    }

    [Fact]
    public async Task Monitor_WhenItLives_LeavesItsSignalsToNoThread()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        await rig.LaunchAndStartAsync();

        var threads = Directory.GetDirectories($"/proc/{rig.Monitor.Pid}/task");
        Assert.All(threads, thread => Assert.Contains("SigBlk:\t0000000000014002", File.ReadAllText(thread + "/status"), StringComparison.Ordinal));
        Assert.InRange(threads.Length, 1, 2);
        Assert.All((int[])[0, 1, 2], number => Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{rig.Monitor.Pid}/fd/{number}", false)!.FullName));
    }

    [Fact]
    public async Task Stdin_WhenNotAskedFor_IsEmpty()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        WriteRuntime(runtime, rig, "cat; readlink /proc/self/fd/0");

        await rig.LaunchAsync();
        File.WriteAllText(rig.Folder + "/go", "");
        await rig.WaitForMonitorAsync();

        Assert.Equal(["stdout F /dev/null"], rig.ReadLog());
    }

    [Fact]
    public async Task Stdin_WhenAskedFor_StaysOpen()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { Stdin = true };
        WriteRuntime(runtime, rig, "read -t 0.3; echo $?");

        await rig.LaunchAsync();
        File.WriteAllText(rig.Folder + "/go", "");
        await rig.WaitForMonitorAsync();

        // Bash's answer to a time limit; an empty standard input would be 1.
        Assert.Equal(["stdout F 142"], rig.ReadLog());
    }

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 9, 9, 9 })]
    [InlineData(new byte[] { 1, 200 })]
    [InlineData(new byte[] { 1, 3, 7 })]
    public async Task Connection_WhenItTalksNonsense_IsCutOffAndOthersAreServed(byte[] nonsense)
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        await rig.LaunchAndStartAsync();
        using var bad = rig.Connect();
        bad.SendRaw(nonsense);

        Assert.Empty(await bad.ReceiveAsync());

        using var good = rig.Connect();
        Assert.Null((await good.WatchAsync()).Exit);
    }

    [Fact]
    public async Task ExitRecord_WhenItCantBeWritten_IsToldAllTheSame()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { ExitFile = rig.Folder + "/gone/exit" };
        rig.WriteCommand("/bin/sh", "-c", "exit 6");
        await rig.LaunchAsync();
        using var peer = rig.Connect();
        await peer.WatchAsync();
        await rig.StartContainerAsync();

        Assert.Equal(6, StateMessage.Read(await peer.ReceiveAsync(MessageType.Exited)).Exit!.ExitCode);
        await rig.WaitForMonitorAsync();
    }

    [Fact]
    public async Task ExitRecord_WhenItsFolderHasGone_DoesNotKeepTheMonitor()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { ExitFile = rig.Folder + "/gone/exit" };
        rig.WriteCommand("/bin/sh", "-c", "exit 6");
        await rig.LaunchAsync();
        await rig.StartContainerAsync();

        await rig.WaitForMonitorAsync();
    }

    [Fact]
    public async Task ExitRecord_WhenItCantBeWrittenYet_IsKeptUntilItCan()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var inTheWay = Directory.CreateDirectory(rig.Arguments.ExitFile + "/something");
        rig.WriteCommand("/bin/sh", "-c", "exit 6");
        await rig.LaunchAndStartAsync();
        await Eventually.TrueAsync(() => MonitorProcesses.ChildrenOf(rig.Monitor.Pid).Length == 0);

        // Running, for all that anybody may know: an exit is told only when it is recorded.
        using (var peer = rig.Connect())
        {
            Assert.Null((await peer.WatchAsync()).Exit);
        }

        inTheWay.Parent!.Delete(recursive: true);
        await rig.WaitForMonitorAsync();
        Assert.Equal(6, rig.ReadExit().ExitCode);
    }

    [Fact]
    public async Task ExitRecord_WhenItWasToldButNotWritten_IsWrittenAsSoonAsItCanBe()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var inTheWay = Directory.CreateDirectory(rig.Arguments.ExitFile + "/something");
        rig.WriteCommand("/bin/sh", "-c", "exit 6");
        await rig.LaunchAsync();
        using (var peer = rig.Connect())
        {
            await peer.WatchAsync();
            await rig.StartContainerAsync();
            await peer.ReceiveAsync(MessageType.Exited);
        }

        // Who was told may die before it writes that down: the next one is told again.
        using (var peer = rig.Connect())
        {
            Assert.Equal(6, (await peer.WatchAsync()).Exit!.ExitCode);
        }

        inTheWay.Parent!.Delete(recursive: true);
        await rig.WaitForMonitorAsync();
        Assert.Equal(6, rig.ReadExit().ExitCode);
    }

    [Fact]
    public async Task ExitRecord_WhenItCantBeWrittenAndNobodyNeedsIt_SigtermEndsTheMonitor()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        Directory.CreateDirectory(rig.Arguments.ExitFile + "/something");
        rig.WriteCommand("/bin/sh", "-c", "exit 6");
        await rig.LaunchAndStartAsync();
        await Eventually.TrueAsync(() => MonitorProcesses.ChildrenOf(rig.Monitor.Pid).Length == 0);

        rig.Monitor.Handle.Signal(Signals.SIGTERM);

        await rig.WaitForMonitorAsync();
    }

    [Fact]
    public async Task Monitor_WhenItRunsOutOfDescriptors_KeepsItsContainersExit()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "mkfifo " + rig.Folder + "/go; read x <" + rig.Folder + "/go; echo bye; exit 6");
        await rig.LaunchAndStartAsync();
        await Eventually.TrueAsync(() => File.Exists(rig.Folder + "/go"));
        var inUse = Directory.GetFileSystemEntries($"/proc/{rig.Monitor.Pid}/fd").Length;
        await LimitDescriptorsAsync(rig.Monitor.Pid, inUse + 2);
        var peers = Enumerable.Range(0, 8).Select(_ => rig.Connect()).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(300));

        Assert.False(rig.Monitor.Handle.HasExited);
        File.WriteAllText(rig.Folder + "/go", "x\n");
        await Eventually.TrueAsync(() => MonitorProcesses.ChildrenOf(rig.Monitor.Pid).Length == 0);
        peers.ForEach(peer => peer.Dispose());
        await LimitDescriptorsAsync(rig.Monitor.Pid, 1024);

        await rig.WaitForMonitorAsync();
        Assert.Equal(6, rig.ReadExit().ExitCode);
        Assert.Equal(["stdout F bye"], rig.ReadLog());
    }

    [Fact]
    public async Task Monitor_WhenGivenACgroup_LivesThereUnderItsOwnScore()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var hierarchy = Directory.Exists("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
        var cgroup = Directory.CreateDirectory($"{hierarchy}/{rig.Arguments.Id}").FullName;
        rig.Arguments = rig.Arguments with { MonitorCgroups = [cgroup], OutOfMemoryScore = 7 };
        rig.WriteCommand("/bin/sleep", "1000");

        var pid = await rig.LaunchAndStartAsync();

        Assert.Contains($"{rig.Monitor.Pid}", File.ReadAllLines($"{cgroup}/cgroup.procs"));
        Assert.Equal("7\n", File.ReadAllText($"/proc/{rig.Monitor.Pid}/oom_score_adj"));
        Assert.Equal("0\n", File.ReadAllText($"/proc/{pid}/oom_score_adj"));
    }

    private static async Task LimitDescriptorsAsync(int pid, int limit) => await ProgramRun.RunAsync(
        new ProgramCommand { Path = "/usr/bin/prlimit", Arguments = ["--pid", $"{pid}", $"--nofile={limit}:1024"], TimeLimit = MonitorRig.Limit },
        CancellationToken.None);

    // The simulated containers of the usual fake have /dev/null already: this one hands down what it got.
    private static void WriteRuntime(FakeOciRuntime runtime, MonitorRig rig, string script) =>
        File.WriteAllText(
            runtime.ProgramPath,
            $"#!/bin/bash\nwhile [ $1 != --pid-file ]; do shift; done\nexec 4<&0\n" +
            $"( bash -c 'until [ -e {rig.Folder}/go ]; do sleep 0.01; done; {script}' <&4 & printf %s $! >$2 )\n");
}
