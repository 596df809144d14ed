using System.Text;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.Linux.Sockets;
using CriSharp.Linux.Streams;

namespace CriSharp.Linux.Tests.Streams;

public sealed class DescriptorStreamTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Read_WhenNothingIsThere_WaitsForTheWriter()
    {
        var pipe = PipePair.Create();
        await using var stream = new DescriptorStream(pipe.Reader, FileAccess.Read);
        var buffer = new byte[16];
        var reading = stream.ReadAsync(buffer).AsTask();
        Assert.False(reading.IsCompleted);

        DescriptorTransfer.Write(pipe.Writer, "abc"u8);

        Assert.Equal(3, await reading.WaitAsync(Limit));
        Assert.Equal("abc", Encoding.ASCII.GetString(buffer, 0, 3));
        pipe.Writer.Dispose();
        Assert.Equal(0, await stream.ReadAsync(buffer).AsTask().WaitAsync(Limit));
    }

    [Fact]
    public async Task Write_WhenThePipeIsFull_WaitsForTheReaderAndLosesNothing()
    {
        var pipe = PipePair.CreateForInput();
        pipe.Widen();
        await using var stream = new DescriptorStream(pipe.Writer, FileAccess.Write);
        var sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);

        var writing = stream.WriteAsync(sent).AsTask();
        Assert.False(writing.IsCompleted);
        var received = new byte[sent.Length];
        await Task.Run(() => ReadAll(pipe, received));
        await writing.WaitAsync(Limit);

        Assert.Equal(sent, received);
        pipe.Reader.Dispose();
        var failure = await Assert.ThrowsAsync<LinuxException>(() => stream.WriteAsync(sent).AsTask());
        Assert.Equal(Errno.EPIPE, failure.ErrorNumber);
    }

    [Fact]
    public async Task ReadAndWrite_WhenBothWait_BothAreServed()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.Stream);
        using var other = second;
        await using var stream = new DescriptorStream(first.Handle, FileAccess.ReadWrite);
        var buffer = new byte[16];
        var reading = stream.ReadAsync(buffer).AsTask();
        var writing = stream.WriteAsync(new byte[4_000_000]).AsTask();
        Assert.False(reading.IsCompleted || writing.IsCompleted);

        other.Send("answer"u8);
        Assert.Equal(6, await reading.WaitAsync(Limit));

        var drained = 0;
        var chunk = new byte[65536];
        while (drained < 4_000_000)
        {
            await ReadinessLoop.WaitReadableAsync(other.Handle, CancellationToken.None).WaitAsync(Limit);
            drained += Math.Max(0, other.TryReceive(chunk));
        }

        await writing.WaitAsync(Limit);
    }

    [Fact]
    public async Task Read_WhenCancelledOrClosed_EndsAndClosesTheDescriptor()
    {
        var pipe = PipePair.Create();
        var stream = new DescriptorStream(pipe.Reader, FileAccess.Read);
        using (var caller = new CancellationTokenSource())
        {
            var cancelled = stream.ReadAsync(new byte[1], caller.Token).AsTask();
            await caller.CancelAsync();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Limit));
            Assert.Equal(caller.Token, failure.CancellationToken);
        }

        var reading = stream.ReadAsync(new byte[1]).AsTask();
        await stream.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Limit));
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask());

        // The kernel knows of no reader any more.
        Assert.Equal(-Errno.EPIPE, DescriptorTransfer.Write(pipe.Writer, "x"u8));
        pipe.Dispose();
    }

    [Fact]
    public async Task EndAtPause_WhenSomebodyHoldsThePipe_GivesWhatLiesThereAndEnds()
    {
        using var pipe = PipePair.Create();
        await using var stream = new DescriptorStream(pipe.Reader, FileAccess.Read);
        var buffer = new byte[2];
        DescriptorTransfer.Write(pipe.Writer, "abc"u8);
        Assert.Equal(2, await stream.ReadAsync(buffer));

        stream.EndAtPause(1000);

        Assert.Equal(1, await stream.ReadAsync(buffer));
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task EndAtPause_WhenAReadWaits_EndsIt()
    {
        using var pipe = PipePair.Create();
        await using var stream = new DescriptorStream(pipe.Reader, FileAccess.Read);
        var reading = stream.ReadAsync(new byte[2]).AsTask();
        Assert.False(reading.IsCompleted);

        stream.EndAtPause(1000);

        Assert.Equal(0, await reading.WaitAsync(Limit));
    }

    [Fact]
    public async Task EndAtPause_WhenSomebodyWritesWithoutAPause_EndsAtItsLimit()
    {
        using var pipe = PipePair.Create();
        await using var stream = new DescriptorStream(pipe.Reader, FileAccess.Read);
        stream.EndAtPause(1000);
        var total = 0;
        int count;
        do
        {
            DescriptorTransfer.Write(pipe.Writer, new byte[300]);
            total += count = await stream.ReadAsync(new byte[300]);
        }
        while (count > 0 && total < 10_000);

        Assert.Equal(1000, total);
    }

    private static void ReadAll(PipePair pipe, byte[] received)
    {
        var filled = 0;
        while (filled < received.Length)
        {
            filled += Math.Max(0, DescriptorTransfer.Read(pipe.Reader, received.AsSpan(filled)));
        }
    }
}
