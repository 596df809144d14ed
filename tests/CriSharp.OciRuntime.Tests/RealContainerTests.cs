using System.Diagnostics;
using System.Globalization;
using System.Text;
using CriSharp.Linux.Processes;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeRuntime;

namespace CriSharp.OciRuntime.Tests;

/// <summary>The published monitor and runc, with a bundle made by hand.</summary>
public sealed class RealContainerTests
{
    [Fact]
    public async Task Container_WhenItEnds_ItsLogAndCodeAreThere()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sh", "-c", "echo out; echo err >&2; exit 7");

        var exit = await container.WaitForExitAsync();

        Assert.Equal((7, null), (exit.Code, exit.Reason));
        var log = await File.ReadAllLinesAsync(container.Launch.LogPath!);
        Assert.Contains(log, line => line.EndsWith(" stdout F out", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith(" stderr F err", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Container_WhenKilled_ItsSignalIsKnown()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");
        using var init = PidHandle.TryOpen(container.Monitor!.Init);

        init!.Signal(Signals.SIGKILL);

        Assert.Equal(137, (await container.WaitForExitAsync()).Code);
    }

    [Fact]
    public async Task Launch_WhenTheCommandDoesNotExist_CarriesTheRuntimesWordsAndLeavesNothing()
    {
        await using var container = new RealContainer();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => container.CreateAsync("nope"));

        Assert.StartsWith("OCI runtime 'runc' could not create the container: ", failure.Message, StringComparison.Ordinal);
        Assert.Matches("executable file .*not found in \\$PATH", failure.Message);
        Assert.Empty(container.Pids());
        Assert.False(File.Exists(container.Launch.Bundle.MonitorSocket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Launch_WhenTheRuntimeHangs_KillsItAndLeavesNothing(bool afterItsWork)
    {
        using var fake = new FakeOciRuntime(Programs.OciRuntime);
        if (afterItsWork)
        {
            fake.HangAfter("create", 1);
        }
        else
        {
            fake.Hang("create", 1);
        }

        await using var container = new RealContainer(fake.ProgramPath);
        container.Launch = container.Launch with { CreateTimeout = TimeSpan.FromSeconds(2) };

        await Assert.ThrowsAsync<RuntimeException>(() => container.CreateAsync("sleep", "1000"));

        Assert.Empty(container.Pids());
    }

    [Fact]
    public async Task Container_WhenItsLauncherIsKilled_LivesOnAndIsFoundAgain()
    {
        await using var container = new RealContainer();
        container.WriteBundle("sh", "-c", "echo one; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo two; exit 5");
        var monitor = await LaunchFromADyingShellAsync(container);
        await container.Runtime.StartAsync(container.Id, CancellationToken.None);

        // As a restarted daemon does: from the identities alone.
        using var watcher = new ExitWatcher(monitor, TimeProvider.System);
        var wait = watcher.WaitAsync(CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(container.Launch.Bundle.RootFs, "tmp", "go"), "");

        Assert.Equal(5, (await wait.WaitAsync(TimeSpan.FromSeconds(60))).Code);
        var log = (await File.ReadAllLinesAsync(container.Launch.LogPath!)).Select(line => line.Split(' ')[^1]);
        Assert.Equal(["one", "two"], log);
        await container.Runtime.DeleteAsync(container.Id, force: false, CancellationToken.None);
    }

    [Fact]
    public async Task Container_WhenItsMonitorIsKilled_EndsAsTheKernelTells()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");
        using var watcher = new ExitWatcher(container.Monitor!, TimeProvider.System);
        var wait = watcher.WaitAsync(CancellationToken.None);
        using (var monitor = PidHandle.TryOpen(container.Monitor!.Monitor))
        {
            monitor!.Signal(Signals.SIGKILL);
            await monitor.WaitForExitAsync(CancellationToken.None);
        }

        using (var init = PidHandle.TryOpen(container.Monitor.Init))
        {
            Assert.False(init!.HasExited);
            init.Signal(Signals.SIGKILL);
        }

        // Linux tells it since 6.15; before that nobody knows.
        var isTold = Environment.OSVersion.Version >= new Version(6, 15);
        var exit = await wait.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((isTold ? 137 : 255, isTold, false), (exit.Code, exit.IsKnown, exit.IsRecorded));
    }

    [Fact]
    public async Task Exec_WhenItEnds_ReturnsOutputAndCode()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var result = await container.ExecAsync("echo out; echo err >&2; exit 9");

        Assert.Equal((9, false), (result.ExitCode, result.TimedOut));
        Assert.Equal("out\n", Encoding.UTF8.GetString(result.StandardOutput.Span));
        Assert.Equal("err\n", Encoding.UTF8.GetString(result.StandardError.Span));
        Assert.Equal([container.Monitor!.ContainerPid], container.Pids());
    }

    [Fact]
    public async Task Exec_WhenItListsItsDescriptors_HasOnlyItsOwn()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var result = await container.Client.ExecAsync(container.Exec(["ls", "/proc/self/fd"]), CancellationToken.None);

        Assert.Equal("0\n1\n2\n3\n", Encoding.UTF8.GetString(result.StandardOutput.Span));
    }

    [Fact]
    public async Task Exec_WhenTheCommandDoesNotExist_CarriesTheRuntimesWords()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => container.Client.ExecAsync(container.Exec(["nope"]), CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Matches("executable file .*not found in \\$PATH", failure.Message);
    }

    [Fact]
    public async Task Exec_WhenItsTimeIsOver_TheWholeTreeDies()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var result = await container.ExecAsync("setsid sleep 1000 & setsid sleep 1000 & sleep 1000", TimeSpan.FromSeconds(1));

        Assert.True(result.TimedOut);
        Assert.Equal([container.Monitor!.ContainerPid], container.Pids());
    }

    [Fact]
    public async Task Exec_WhenItLeavesAChildThatHoldsThePipe_ReturnsAndTheChildLives()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var result = await container.ExecAsync("sleep 1000 & echo done");

        Assert.Equal("done\n", Encoding.UTF8.GetString(result.StandardOutput.Span));
        Assert.Equal(2, container.Pids().Count);
    }

    [Fact]
    public async Task Exec_WhenItSaysMoreThanSixteenMebibytes_KeepsThemAndItEndsByItself()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");

        var result = await container.ExecAsync("head -c 20000000 /dev/zero; exit 4");

        Assert.Equal((4, 16 * 1024 * 1024, true), (result.ExitCode, result.StandardOutput.Length, result.IsTruncated));
    }

    [Fact]
    public async Task Exec_WhenTheCallerGoesAway_TheWholeTreeDies()
    {
        await using var container = new RealContainer();
        await container.RunAsync("sleep", "1000");
        using var caller = new CancellationTokenSource();
        var exec = container.ExecAsync("setsid sleep 1000 & echo >/tmp/begun; sleep 1000", null, caller.Token);
        var begun = Path.Combine(container.Launch.Bundle.RootFs, "tmp", "begun");
        var watch = Stopwatch.StartNew();
        while (!File.Exists(begun) && watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(10);
        }

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exec);
        Assert.Equal([container.Monitor!.ContainerPid], container.Pids());
    }

    private static async Task<ContainerMonitor> LaunchFromADyingShellAsync(RealContainer container)
    {
        var launch = container.Launch;
        var arguments = new MonitorProtocol.MonitorArguments
        {
            Id = $"{container.Id}",
            Bundle = launch.Bundle.Directory,
            Runtime = container.Runtime.Handler.Path,
            RuntimeArguments = container.Runtime.Handler.GlobalArguments,
            PidFile = launch.Bundle.PidFile,
            ExitFile = launch.ExitFile,
            Socket = launch.Bundle.MonitorSocket,
            LogPath = launch.LogPath,
            ReportDescriptor = 3,
        }.ToArguments();
        const string script = """exec 3>&1 1>/dev/null; "$@" & echo "$!" >"$0/monitor-pid"; wait $!""";
        using var report = PipePair.Create();
        using var launcher = ChildProcess.Start(new ProgramStart
        {
            Path = "/bin/bash",
            Arguments = ["bash", "-c", script, launch.Bundle.Directory, Programs.Monitor, .. arguments],
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            Descriptors = [new ChildDescriptor(1, report.Writer)],
        });
        report.Writer.Dispose();
        var line = new PipeCapture(report.Reader, 4096);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await line.ReadLineAsync(limit.Token));
        launcher.Handle.Signal(Signals.SIGKILL);
        await launcher.WaitForExitAsync(CancellationToken.None);

        var monitorPid = int.Parse((await File.ReadAllTextAsync(Path.Combine(launch.Bundle.Directory, "monitor-pid"))).Trim(), CultureInfo.InvariantCulture);
        var init = MonitorProtocol.LaunchReport.Parse(line.Kept.Span).Pid;
        return new ContainerMonitor(
            ProcessIdentity.TryRead(monitorPid)!.Value, ProcessIdentity.TryRead(init)!.Value, launch.Bundle.MonitorSocket, launch.ExitFile);
    }
}
