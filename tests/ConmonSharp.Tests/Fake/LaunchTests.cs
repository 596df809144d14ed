using ConmonSharp.Tests.Rig;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.FakeRuntime;

namespace ConmonSharp.Tests.Fake;

public class LaunchTests
{
    [Fact]
    public async Task Container_WhenItEnds_HasItsLogAndExitRecord()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "echo out; echo err >&2; exit 3");

        await rig.LaunchAndStartAsync();

        Assert.Equal(0, (await rig.WaitForMonitorAsync()).ShellCode);
        Assert.Equal(["stderr F err", "stdout F out"], rig.ReadLog().Order());
        Assert.Equal((3, null, false), (rig.ReadExit().ExitCode, rig.ReadExit().Signal, rig.ReadExit().OutOfMemory));
        Assert.InRange(rig.ReadExit().FinishedAtUnixNanoseconds, DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds() * 1_000_000, long.MaxValue);
        Assert.False(File.Exists(rig.Arguments.Socket));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(rig.LogPath));
    }

    [Fact]
    public async Task Container_WhenASignalEndsIt_HasCode128AndTheSignal()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "kill -TERM $$");

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal((143, 15), (rig.ReadExit().ExitCode, rig.ReadExit().Signal));
    }

    [Fact]
    public async Task Launch_WhenTheRuntimeFails_ReportsItsWords()
    {
        using var runtime = new FakeOciRuntime();
        runtime.Fail("create", 1, "exec: \"nosuch\": executable file not found in $PATH");
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/true");

        var report = await rig.LaunchAsync();

        Assert.Equal(-1, report.Pid);
        Assert.Equal("exec: \"nosuch\": executable file not found in $PATH", report.Message);
        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
        Assert.False(File.Exists(rig.Arguments.Socket));
        Assert.False(File.Exists(rig.Arguments.ExitFile));
    }

    [Fact]
    public async Task Launch_WhenThereIsNoRuntime_SaysSo()
    {
        await using var rig = new MonitorRig("/nonexistent/runc");

        var report = await rig.LaunchAsync();

        Assert.Contains("/nonexistent/runc", report.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Launch_WhenTheRuntimeHangs_KillsAllAndSaysSo(bool afterItsWork)
    {
        using var runtime = new FakeOciRuntime();
        if (afterItsWork)
        {
            runtime.HangAfter("create", 1);
        }
        else
        {
            runtime.Hang("create", 1);
        }

        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { CreateTimeout = TimeSpan.FromSeconds(2) };
        rig.WriteCommand("/bin/sleep", "1000");

        var report = await rig.LaunchAsync();

        Assert.Equal(-1, report.Pid);
        Assert.Contains("longer than 2 s", report.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
        Assert.Equal($"delete {rig.Arguments.Id}", runtime.Calls[^1]);
        Assert.Empty(MonitorProcesses.WithArgument(rig.Arguments.Id));
        Assert.False(File.Exists(rig.Arguments.PidFile));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Launch_WhenNobodyWaitsForTheReport_LeavesNothing(bool beforeCreateEnds)
    {
        using var runtime = new FakeOciRuntime();
        if (beforeCreateEnds)
        {
            runtime.HangAfter("create", 1);
        }
        else
        {
            runtime.Slow("create", 1, TimeSpan.FromSeconds(0.3));
        }

        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        await rig.StartAsync();

        rig.DropReport();

        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
        Assert.Empty(MonitorProcesses.WithArgument(rig.Arguments.Id));
        Assert.False(File.Exists(rig.Arguments.Socket));
        Assert.False(File.Exists(rig.Arguments.PidFile));
    }

    [Fact]
    public async Task Launch_WhenToldToEndMeanwhile_LeavesNothing()
    {
        using var runtime = new FakeOciRuntime();
        runtime.HangAfter("create", 1);
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sleep", "1000");
        await rig.StartAsync();
        await Eventually.TrueAsync(() => runtime.Calls.Count > 0);

        rig.Monitor.Handle.Signal(Signals.SIGTERM);

        Assert.Contains("told to end", (await rig.ReadReportAsync()).Message, StringComparison.Ordinal);
        await rig.WaitForMonitorAsync();
        Assert.Empty(MonitorProcesses.WithArgument(rig.Arguments.Id));
    }

    [Fact]
    public async Task Launch_WhenTheContainerEndsBeforeItIsKnown_KeepsItsCode()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        // The child ends once it is the monitor's: a shell reaps the children that it still has.
        File.WriteAllText(runtime.ProgramPath, """
            #!/bin/sh
            while [ $1 != --pid-file ]; do shift; done
            export MONITOR=$PPID
            ( sh -c 'while read -r _ _ _ parent _ </proc/$$/stat && [ $parent != $MONITOR ]; do :; done; exit 7' & printf %s $! >$2 )
            while [ -d /proc/$(cat $2) ]; do sleep 0.01; done

            """);

        var report = await rig.LaunchAsync();
        Assert.True(report.Succeeded, report.Message);
        await rig.WaitForMonitorAsync();

        Assert.Equal(7, rig.ReadExit().ExitCode);
    }

    [Fact]
    public async Task Launch_WhenTheRuntimeNamesAStranger_IsRefused()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        File.WriteAllText(runtime.ProgramPath, "#!/bin/sh\nwhile [ $# != 0 ] && [ $1 != --pid-file ]; do shift; done\n[ $# = 0 ] || printf %s 4000000 >$2\n");

        var report = await rig.LaunchAsync();

        Assert.Contains("4000000", report.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
    }
}
