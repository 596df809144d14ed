using System.Diagnostics;
using System.Security.Cryptography;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Tests.Sessions;

/// <summary>Commands beside a client: the published monitor and a real OCI runtime.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes it.")]
public sealed class StreamedExecTests : IAsyncLifetime
{
    private readonly RealContainer _container = new();

    public Task InitializeAsync() => _container.RunAsync("sleep", "1000");

    public async Task DisposeAsync() => await _container.DisposeAsync();

    [Fact]
    public async Task Exec_WhenItEnds_HasItsStreamsAndItsCode()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, false, true, true), "echo out; echo err >&2; exit 9");

        Assert.Null(exec.Stdin);
        Assert.Equal("out\n", await exec.Stdout.ReadToEndAsync());
        Assert.Equal("err\n", await exec.Stderr.ReadToEndAsync());
        Assert.Equal(9, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
        exec.Resize(80, 24);
    }

    [Fact]
    public async Task Exec_WhenKilledBySignal_SaysSo()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, false, true, false), "kill -15 $$");

        Assert.Equal(128 + 15, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    [Fact]
    public async Task Stdin_WhenAHundredMegabytesGoThrough_TheirSumIsRight()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, true, true, false), "cat | sha256sum");
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[1_000_003];
        new Random(1).NextBytes(chunk);
        for (var i = 0; i < 100; i++)
        {
            await exec.Stdin!.WriteAsync(chunk).AsTask().WaitAsync(SessionText.Limit);
            sum.AppendData(chunk);
        }

        await exec.Stdin!.DisposeAsync();

        Assert.Equal($"{Convert.ToHexStringLower(sum.GetHashAndReset())}  -\n", await exec.Stdout.ReadToEndAsync());
        Assert.Equal(0, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    [Fact]
    public async Task Stdout_WhenReadLate_IsWhole()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, false, true, false), "head -c 900000 /dev/zero");
        await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit);
        await Task.Delay(1000);

        Assert.Equal(900000, (await exec.Stdout.ReadToEndAsync()).Length);
    }

    [Fact]
    public async Task Streams_WhenNotAskedFor_AreNothing()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, false, false, true), "cat; echo out; exec 3>&1; readlink /proc/self/fd/0 >&2; readlink /proc/self/fd/3 >&2");

        Assert.Null(exec.Stdout);
        Assert.Equal("/dev/null\n/dev/null\n", await exec.Stderr.ReadToEndAsync());
    }

    [Fact]
    public async Task Stdout_WhenAChildIsLeftBehind_EndsSoonAndTheChildLives()
    {
        await using var exec = await StartAsync(new StreamsAsked(false, false, true, true), "sleep 1000 & echo done");
        var watch = Stopwatch.StartNew();

        Assert.Equal("done\n", await exec.Stdout.ReadToEndAsync());
        Assert.Equal("", await exec.Stderr.ReadToEndAsync());
        Assert.Equal(0, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(2, _container.Pids().Count);
    }

    [Fact]
    public async Task Terminal_WhenResized_TheCommandSeesIt()
    {
        await using var exec = await StartAsync(new StreamsAsked(true, true, true, false), "test -t 0 && test -t 1 && test -t 2; read x; stty size; read x; stty size; exit 5");
        exec.Resize(80, 24);
        await exec.Stdin.TypeAsync("\n");
        Assert.Contains("24 80\r\n", await exec.Stdout.ReadUntilAsync("24 80\r\n"), StringComparison.Ordinal);
        exec.Resize(0, 24);
        exec.Resize(70000, 24);
        exec.Resize(20000, 2);
        await exec.Stdin.TypeAsync("\n");

        Assert.EndsWith("2 20000\r\n", await exec.Stdout.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(5, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
        exec.Resize(1, 1);
    }

    [Fact]
    public async Task Terminal_WhenMuchIsWrittenBeforeTheEnd_NothingIsLost()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var exec = await StartAsync(new StreamsAsked(true, false, true, false), "stty -opost; head -c 3000000 /dev/zero; echo last");

            var output = await exec.Stdout.ReadToEndAsync();

            Assert.Equal(3_000_005, output.Length);
            Assert.EndsWith("last\n", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Terminal_WhenTheCommandClosesItForAMoment_GoesOn()
    {
        await using var exec = await StartAsync(
            new StreamsAsked(true, true, true, false), "t=$(readlink /proc/$$/fd/0); exec < /dev/null > /dev/null 2>&1; sleep 0.5; echo later > $t; read x < $t; exit 7");

        await exec.Stdout.ReadUntilAsync("later\r\n");
        await exec.Stdin.TypeAsync("\n");

        Assert.Equal(7, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    /// <summary>An interactive command's prompt would wait for it each time.</summary>
    [Fact]
    public async Task Terminal_WhenTheCommandEnds_EndsWithoutTheGrace()
    {
        var request = _container.StreamedExec(new StreamsAsked(true, false, true, false), "echo", "said") with { DrainGrace = TimeSpan.FromHours(1) };
        await using var exec = await _container.Client.StartExecAsync(request, CancellationToken.None).WaitAsync(SessionText.Limit);

        Assert.Equal("said\r\n", await exec.Stdout.ReadToEndAsync());
    }

    [Fact]
    public async Task Terminal_WhenItsOutputIsNotWanted_TheCommandDoesNotWait()
    {
        await using var exec = await StartAsync(new StreamsAsked(true, true, false, false), "head -c 3000000 /dev/zero");

        Assert.Null(exec.Stdout);
        Assert.Equal(0, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    [Fact]
    public async Task Terminal_WhenTheClientGoes_IsHungUp()
    {
        var exec = await StartAsync(new StreamsAsked(true, true, true, false), "sleep 1000; echo never");
        await exec.DisposeAsync();

        await OnlyInitIsLeftAsync();
    }

    [Fact]
    public async Task Exec_WhenTheClientGoes_SeesTheEndOfItsInput()
    {
        var exec = await StartAsync(new StreamsAsked(false, true, true, false), "cat; echo >/tmp/ended");
        await exec.DisposeAsync();

        await OnlyInitIsLeftAsync();
        Assert.True(File.Exists(Path.Combine(_container.Launch.Bundle.RootFs, "tmp", "ended")));
        await Assert.ThrowsAsync<IOException>(() => exec.Stdin!.WriteAsync("x"u8.ToArray()).AsTask());
    }

    [Fact]
    public async Task Exec_WhenTheClientGoesWhileItWrites_HasABrokenPipe()
    {
        var exec = await StartAsync(new StreamsAsked(false, false, true, false), "while echo line; do :; done");
        await exec.Stdout!.ReadExactlyAsync(new byte[1000]);
        await exec.DisposeAsync();

        await OnlyInitIsLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_WhenTheCommandIsMissing_CarriesTheRuntimesWordsAndLeavesNothing(bool terminal)
    {
        const int Times = 250;
        var before = _container.OpenDescriptors();
        var own = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < Times; i++)
        {
            var failure = await Assert.ThrowsAsync<RuntimeException>(
                () => _container.Client.StartExecAsync(_container.StreamedExec(new StreamsAsked(terminal, true, true, !terminal), "nope"), CancellationToken.None));

            Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
            Assert.Matches("executable file .*not found in \\$PATH", failure.Message);
        }

        await SessionText.EventuallyAsync(() => _container.OpenDescriptors() == before);

        // Other tests of this process have some for a while.
        await SessionText.EventuallyAsync(() => Directory.GetFiles("/proc/self/fd").Length < own + Times);
        Assert.Equal(["config.json", "monitor.sock", "pid", "rootfs"], _container.BundleNames());
    }

    [Fact]
    public async Task Start_WhenTheCallerGoes_LeavesNothingRunning()
    {
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _container.Client.StartExecAsync(
            _container.StreamedExec(new StreamsAsked(true, true, true, false), "sleep", "1000"), caller.Token));

        await OnlyInitIsLeftAsync();
        Assert.Equal(["config.json", "monitor.sock", "pid", "rootfs"], _container.BundleNames());
    }

    [Fact]
    public async Task Wait_WhenTheContainerEnds_SaysHowTheCommandDid()
    {
        await using var exec = await StartAsync(new StreamsAsked(true, true, true, false), "sleep 1000");
        using (var init = Linux.Processes.PidHandle.TryOpen(_container.Monitor!.Init))
        {
            init!.Signal(Linux.Processes.Signals.SIGKILL);
        }

        Assert.Equal(137, await exec.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
        await exec.Stdout.ReadToEndAsync();
    }

    private async Task<IStreamedProcess> StartAsync(StreamsAsked streams, string script) =>
        await _container.Client.StartExecAsync(_container.StreamedExec(streams, "sh", "-c", script), CancellationToken.None).WaitAsync(SessionText.Limit);

    private async Task OnlyInitIsLeftAsync()
    {
        await SessionText.EventuallyAsync(() => _container.Pids().Count == 1);
        Assert.Equal([_container.Monitor!.ContainerPid], _container.Pids());
    }
}
