using System.IO.Pipelines;
using System.Threading.Channels;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Two want the same layer, and the one who came first is slow.</summary>
public sealed class LayerTurnTests : IDisposable
{
    private static readonly byte[] SomeTar = new TarBuilder().Entry('0', "x", new byte[100_000]).Build();

    // What hangs is told here, not by the runner's patience.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly StoreFixture _stores = new();

    [Fact]
    public async Task Unpack_WhenTheFirstGetsOn_WaitsForItAndThenNoLonger()
    {
        var time = new Steps();
        var layers = LayerStore.Open(Path.Combine(_stores.Root, "other"), new LayerLimits { FreeBytesKept = 0 }, time: time);
        var blob = new Pipe();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = layers.UnpackAsync(
            StoreFixture.SourceOf(SomeTar, gzip: false) with { Content = blob.Reader.AsStream() },
            new Told(bytes => _ = bytes >= 10_000 && arrived.TrySetResult()),
            CancellationToken.None);
        var second = layers.UnpackAsync(StoreFixture.SourceOf(SomeTar, gzip: false) with { Content = new FailingStream(new InvalidOperationException("read")) }, null, CancellationToken.None);
        var third = layers.UnpackAsync(StoreFixture.SourceOf(SomeTar, gzip: false), null, CancellationToken.None);

        await blob.Writer.WriteAsync(SomeTar.AsMemory(0, 10_000));
        await arrived.Task.WaitAsync(Limit);
        await time.PassAsync(waiting: 2);
        Assert.False(second.IsCompleted || third.IsCompleted);
        await time.PassAsync(waiting: 2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => second.WaitAsync(Limit));
        var record = await third.WaitAsync(Limit);
        await blob.Writer.WriteAsync(SomeTar.AsMemory(10_000));
        await blob.Writer.CompleteAsync();
        Assert.Same(record, await first.WaitAsync(Limit));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_stores.Root, "other", "layers", ".staging")));
    }

    [Fact] // Its blob has come whole: what is left costs nobody's network, and takes as long as the disk does.
    public async Task Unpack_WhenTheFirstHasTheWholeBlob_WaitsForItsOwnWork_ButNotForEver()
    {
        var time = new Steps();
        var layers = LayerStore.Open(Path.Combine(_stores.Root, "other"), new LayerLimits { FreeBytesKept = 0 }, time: time);
        var below = await layers.UnpackAsync(StoreFixture.SourceOf(new TarBuilder().File("f", "x").Build()), null, CancellationToken.None);
        var linking = new TarBuilder().HardLink("copy", "f").Build();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = layers.UnpackAsync(
            StoreFixture.SourceOf(linking) with
            {
                LowersAsync = async _ =>
                {
                    reached.SetResult();
                    await gate.Task;
                    return [below.DiffId];
                },
            },
            null,
            CancellationToken.None);
        await reached.Task.WaitAsync(Limit);
        var unread = StoreFixture.SourceOf(linking, gzip: false, lowers: [below.DiffId]) with { Content = new FailingStream(new InvalidOperationException("read")) };
        var impatient = layers.UnpackAsync(unread, null, CancellationToken.None);
        for (var waits = 0; waits < 20; waits++)
        {
            Assert.False(impatient.IsCompleted);
            await time.PassAsync(waiting: 1);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => impatient.WaitAsync(Limit));
        var patient = layers.UnpackAsync(unread, null, CancellationToken.None);
        await time.PassAsync(waiting: 1);
        gate.SetResult();
        Assert.Same(await first.WaitAsync(Limit), await patient.WaitAsync(Limit));
    }

    public void Dispose() => _stores.Dispose();

    private sealed class Told(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }

    /// <summary>Timers fire when the test says so.</summary>
    private sealed class Steps : TimeProvider
    {
        private readonly Channel<Action> _timers = Channel.CreateUnbounded<Action>();

        /// <summary>Waits until so many wait, whose time is over then.</summary>
        public async Task PassAsync(int waiting)
        {
            var due = new List<Action>();
            while (due.Count < waiting)
            {
                due.Add(await _timers.Reader.ReadAsync().AsTask().WaitAsync(Limit));
            }

            due.ForEach(fire => fire());
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Writer.TryWrite(() => callback(state));
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
