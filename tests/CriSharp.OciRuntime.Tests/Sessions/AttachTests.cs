using System.Security.Cryptography;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Tests.Sessions;

/// <summary>Clients at a container's own streams: the published monitor and a real OCI runtime.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes it.")]
public sealed class AttachTests : IAsyncLifetime
{
    private static readonly StreamsAsked Outputs = new(Terminal: false, Stdin: false, Stdout: true, Stderr: true);
    private static readonly StreamsAsked All = new(Terminal: false, Stdin: true, Stdout: true, Stderr: true);

    private readonly RealContainer _container = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _container.DisposeAsync();

    [Fact]
    public async Task Attach_WhenTheContainerIsCreatedOnly_MissesNothing()
    {
        await _container.CreateAsync("sh", "-c", "echo out; echo err >&2; exit 3");
        await using var client = await AttachAsync(Outputs);
        await _container.Runtime.StartAsync(_container.Id, CancellationToken.None);

        Assert.Null(client.Stdin);
        Assert.Equal("out\n", await client.Stdout.ReadToEndAsync());
        Assert.Equal("err\n", await client.Stderr.ReadToEndAsync());
        Assert.Equal(3, await client.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
        Assert.Equal(["stderr F err", "stdout F out"], (await LogAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Attach_WhenMuchIsWrittenBeforeTheEnd_AllOfItComes()
    {
        await _container.CreateAsync("sh", "-c", "head -c 800000 /dev/zero; echo last");
        await using var client = await AttachAsync(new StreamsAsked(false, false, true, false));
        await _container.Runtime.StartAsync(_container.Id, CancellationToken.None);
        await client.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit);
        await Task.Delay(500);

        Assert.Equal(800_005, (await client.Stdout.ReadToEndAsync()).Length);
    }

    [Fact]
    public async Task Stdin_WhenAClientEndsItsInput_StaysOpenForOthers()
    {
        await RunWithStdinAsync(once: false, "cat");
        await using var first = await AttachAsync(All);
        await using var second = await AttachAsync(All);
        await first.Stdin.TypeAsync("one\n");
        Assert.Equal("one\n", await second.Stdout.ReadUntilAsync("\n"));
        await first.Stdin!.DisposeAsync();
        await second.Stdin.TypeAsync("two\n");
        Assert.Equal("two\n", await second.Stdout.ReadUntilAsync("\n"));
        Assert.Equal("one\ntwo\n", await first.Stdout.ReadUntilAsync("two\n"));
        await second.DisposeAsync();

        await using var again = await AttachAsync(All);
        await again.Stdin.TypeAsync("three\n");

        Assert.Equal("three\n", await again.Stdout.ReadUntilAsync("\n"));
        Assert.Equal("three\n", await first.Stdout.ReadUntilAsync("\n"));
        await again.DisposeAsync();
        Assert.Equal(["stdout F one", "stdout F two", "stdout F three"], await LogAsync());
    }

    [Fact]
    public async Task Stdin_WhenItIsForOneClient_EndsWithItAfterAllWasRead()
    {
        await RunWithStdinAsync(once: true, "sha256sum");
        await using var client = await AttachAsync(All);
        await using var other = await AttachAsync(Outputs);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[1_000_003];
        new Random(1).NextBytes(chunk);
        for (var i = 0; i < 100; i++)
        {
            await client.Stdin!.WriteAsync(chunk).AsTask().WaitAsync(SessionText.Limit);
            sum.AppendData(chunk);
        }

        // Gone, with most of the last chunk still in its pipe.
        await client.DisposeAsync();

        Assert.Equal($"{Convert.ToHexStringLower(sum.GetHashAndReset())}  -\n", await other.Stdout.ReadToEndAsync());
        Assert.Equal(0, await other.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    [Fact]
    public async Task Stdin_WhenItHasEnded_ALaterClientCannotWrite()
    {
        await RunWithStdinAsync(once: true, "sh", "-c", "cat; echo ended; sleep 1000");
        await using var first = await AttachAsync(All);
        await first.Stdin!.DisposeAsync();
        Assert.Equal("ended\n", await first.Stdout.ReadUntilAsync("\n"));

        await using var second = await AttachAsync(All);

        await Assert.ThrowsAsync<Linux.LinuxException>(() => second.Stdin.TypeAsync("x"));
    }

    [Fact]
    public async Task Stdin_WhenTheContainerTakesNone_CannotBeWrittenAndTheOutputGoesOn()
    {
        await _container.CreateAsync("sh", "-c", "echo begun; sleep 1000");
        await using var client = await AttachAsync(All);

        await Assert.ThrowsAsync<Linux.LinuxException>(() => client.Stdin.TypeAsync("x"));
        await _container.Runtime.StartAsync(_container.Id, CancellationToken.None);

        Assert.Equal("begun\n", await client.Stdout.ReadUntilAsync("\n"));
    }

    [Fact]
    public async Task Stdin_WhenTheContainerClosesIt_CannotBeWritten()
    {
        await RunWithStdinAsync(once: false, "sh", "-c", "exec </dev/null; echo closed; sleep 1000");
        await using var client = await AttachAsync(All);
        await Assert.ThrowsAsync<Linux.LinuxException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await client.Stdin.TypeAsync("x");
                await Task.Delay(10);
            }
        });
    }

    [Fact]
    public async Task Stdin_WhenTheContainerDoesNotRead_TheClientWaitsAndTheOutputGoesOn()
    {
        await RunWithStdinAsync(once: false, "sh", "-c", "while [ ! -e /tmp/go ]; do echo tick; sleep 0.1; done; head -c 4000000 | wc -c");
        await using var client = await AttachAsync(All);
        var writing = client.Stdin!.WriteAsync(new byte[4_000_000]).AsTask();
        await using var other = await AttachAsync(All);
        var otherWriting = other.Stdin!.WriteAsync(new byte[4_000_000]).AsTask();
        for (var i = 0; i < 5; i++)
        {
            await client.Stdout.ReadUntilAsync("tick\n");
        }

        Assert.False(writing.IsCompleted || otherWriting.IsCompleted);
        Assert.InRange(_container.MonitorCpuTime(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await File.WriteAllTextAsync(Path.Combine(_container.Launch.Bundle.RootFs, "tmp", "go"), "");
        var output = client.Stdout.ReadToEndAsync();
        await other.Stdout!.CopyToAsync(Stream.Null).WaitAsync(SessionText.Limit);

        Assert.EndsWith("4000000\n", await output);
    }

    [Fact]
    public async Task Output_WhenOneClientDoesNotRead_ItIsLetGoAndNobodyWaits()
    {
        await RunWithStdinAsync(once: false, "sh", "-c", "read x; i=0; while [ $i -lt 60 ]; do head -c 100000 /dev/zero; echo; i=$((i+1)); sleep 0.01; done; read x; exit 4");
        await using var slow = await AttachAsync(All);
        await using var good = await AttachAsync(All);
        var taken = TakeAsync(good.Stdout!);
        await good.Stdin.TypeAsync("\n");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => slow.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        Assert.Equal("attach: this client was let go: it read the container's output more slowly than that was written, and its pipe was full", failure.Message);
        await good.Stdin.TypeAsync("\n");
        Assert.Equal(60 * 100_001, await taken.WaitAsync(SessionText.Limit));
        Assert.Equal(4, await good.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
        Assert.Equal(6_000_000, (await LogAsync()).Sum(line => line.Length - "stdout P ".Length));

        // What it was given before can still be read, then it ends.
        Assert.InRange(await TakeAsync(slow.Stdout!).WaitAsync(SessionText.Limit), 500_000, 1_100_000);
    }

    [Fact]
    public async Task Terminal_WhenAttached_TakesInputAndSizes()
    {
        _container.Launch = _container.Launch with { Terminal = true, Stdin = true, StdinOnce = true };
        await _container.RunAsync("sh", "-c", "read x; stty size; read x; stty size; exit 6");
        await using var client = await AttachAsync(new StreamsAsked(true, true, true, false));
        await using var other = await AttachAsync(new StreamsAsked(true, true, true, false));
        client.Resize(80, 24);
        await client.Stdin.TypeAsync("\n");
        await client.Stdout.ReadUntilAsync("24 80\r\n");
        await client.DisposeAsync();
        other.Resize(0, 1);
        other.Resize(132, 50);
        await other.Stdin.TypeAsync("\n");

        Assert.EndsWith("50 132\r\n", await other.Stdout.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(6, await other.WaitAsync(CancellationToken.None).WaitAsync(SessionText.Limit));
    }

    [Fact]
    public async Task Attach_WhenDoneTwoThousandTimes_LeavesNothingInTheMonitor_CVE_2025_64329()
    {
        await RunWithStdinAsync(once: false, "cat");
        var descriptors = _container.OpenDescriptors();
        await AttachAndGoAsync(300);
        var memory = _container.MonitorAnonymousBytes();

        await AttachAndGoAsync(2000);

        await SessionText.EventuallyAsync(() => _container.OpenDescriptors() == descriptors);
        Assert.InRange(_container.MonitorAnonymousBytes(), 0, memory + (256 * 1024));
        Console.WriteLine($"a monitor after 2,000 attaches: {_container.MonitorAnonymousBytes() / 1024} KiB of its own, {memory / 1024} before");
        await using var last = await AttachAsync(All);
        await last.Stdin.TypeAsync("still here\n");
        Assert.EndsWith("still here\n", await last.Stdout.ReadUntilAsync("here\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_WhenTheContainerHasEnded_IsRefused()
    {
        await _container.RunAsync("sh", "-c", "sleep 1000 & exit 5");
        await _container.WaitForExitAsync();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => AttachAsync(Outputs));

        Assert.Contains(failure.Kind, new[] { ErrorKind.FailedPrecondition, ErrorKind.Unavailable });
    }

    private Task RunWithStdinAsync(bool once, params string[] command)
    {
        _container.Launch = _container.Launch with { Stdin = true, StdinOnce = once };
        return _container.RunAsync(command);
    }

    private Task<IStreamedProcess> AttachAsync(StreamsAsked streams) => _container.Client.AttachAsync(streams, CancellationToken.None).WaitAsync(SessionText.Limit);

    private async Task AttachAndGoAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await using var client = await AttachAsync(All);
            if (i % 4 == 0)
            {
                await client.Stdin.TypeAsync("x");
            }
        }
    }

    private static async Task<long> TakeAsync(Stream stream)
    {
        var chunk = new byte[65536];
        long total = 0;
        int count;
        while ((count = await stream.ReadAsync(chunk)) > 0)
        {
            total += count;
        }

        return total;
    }

    private async Task<string[]> LogAsync() =>
        [.. (await File.ReadAllLinesAsync(_container.Launch.LogPath!)).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
}
