using CriSharp.Admin;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;

namespace CriSharp.Ctl.Tests;

public class ProgressTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Theory]
    [InlineData(LayerState.Waiting, 0, "  aaaaaaaaaaaaa  waiting       20.0 MB")]
    [InlineData(LayerState.Downloading, 5_000_000, "  aaaaaaaaaaaaa  downloading   5.0 MB of 20.0 MB")]
    [InlineData(LayerState.Unpacking, 20_000_000, "  aaaaaaaaaaaaa  unpacking     20.0 MB")]
    [InlineData(LayerState.Present, 20_000_000, "  aaaaaaaaaaaaa  here already  20.0 MB")]
    [InlineData(LayerState.Done, 20_000_000, "  aaaaaaaaaaaaa  done          20.0 MB")]
    public void Layer_WhenFirstSeen_SaysWhatItDoes(LayerState state, long done, string line) =>
        Assert.Equal(line, new LayerLines(new SteppedClock()).Line(Layer(state, done)));

    [Fact]
    public void Layer_WhenSeenAgain_SaysHowFastItComes()
    {
        var clock = new SteppedClock();
        var lines = new LayerLines(clock);
        lines.Line(Layer(LayerState.Downloading, 1_000_000));
        clock.Seconds = 2;

        Assert.EndsWith("2.0 MB/s", lines.Line(Layer(LayerState.Downloading, 5_000_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_WhenOfSeveralStates_AreThoseAtWorkFirst()
    {
        var pull = new PullDocument
        {
            Reference = "a",
            StartedAt = DateTimeOffset.UnixEpoch,
            LayersDone = 1,
            LayersTotal = 3,
            BytesDone = 0,
            BytesTotal = 0,
            Layers = [Layer(LayerState.Done, 1), Layer(LayerState.Waiting, 0), Layer(LayerState.Unpacking, 1)],
        };

        Assert.Equal(["unpacking", "waiting", "done"], new LayerLines(new SteppedClock()).Of(pull).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
    }

    [Fact]
    public void Live_WhenDrawnAgain_GoesBackOverWhatItDrew()
    {
        using var terminal = new StringWriter();
        var live = new LiveLines(terminal, () => (10, 3));

        live.Draw(["one", "two"]);
        live.Draw(["longer than ten", "two", "three", "last"]);
        live.Clear();
        live.Clear();

        Assert.Equal(
            "one\x1b[K\ntwo\x1b[K\n\x1b[J" + "\r\x1b[2A" + "longer th\x1b[K\nlast\x1b[K\n\x1b[J" + "\r\x1b[2A\x1b[J",
            terminal.ToString());
    }

    [Theory]
    [InlineData(5_000_000, 20_000_000L, "loading: 25%, 5.0 MB of 20.0 MB sent")]
    [InlineData(20_000_000, 20_000_000L, "loading: 20.0 MB sent, unpacking")]
    [InlineData(5_000_000, null, "loading: 5.0 MB sent")]
    public void Load_WhenSending_SaysHowMuch(long sent, long? total, string line) => Assert.Equal(line, LoadProgress.Line(sent, total));

    private static LayerDocument Layer(LayerState state, long done) => new() { Digest = Digest, State = state, BytesDone = done, BytesTotal = 20_000_000 };

    private sealed class SteppedClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
