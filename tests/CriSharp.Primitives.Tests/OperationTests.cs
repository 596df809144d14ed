using System.Diagnostics;

namespace CriSharp.Primitives.Tests;

public sealed class OperationTests
{
    private readonly SteppingTime _time = new();
    private readonly Operations _operations;

    public OperationTests() => _operations = new Operations(_time);

    [Fact]
    public void Operation_WhenUnderWay_TellsItsStageAndHowLong()
    {
        using var operation = _operations.Begin("RunPodSandbox", "1f2e", "tests/web");
        _time.Pass(TimeSpan.FromSeconds(2));
        Operation.At("network");
        _time.Pass(TimeSpan.FromSeconds(93));

        Assert.Equal("RunPodSandbox of tests/web has been under way for 95 s, for 93 s at \"network\"", _operations.Describe("RunPodSandbox", "tests/web"));
        Assert.Same(operation, Assert.Single(_operations.List()));
    }

    [Fact]
    public void Particulars_OfAStage_AreToldToPeopleAndLeaveItsName()
    {
        using var operation = _operations.Begin("StopContainer", "1f2e", "tests/web/a");
        Operation.At("grace", "signal 15, then 30 s");

        Assert.Equal(("grace", "grace (signal 15, then 30 s)"), (operation.Stage, operation.StageWords));
        Assert.EndsWith("at \"grace (signal 15, then 30 s)\"", operation.ToString(), StringComparison.Ordinal);
        Operation.At("SIGKILL");
        Assert.Equal("SIGKILL", operation.StageWords);
    }

    [Fact]
    public async Task Stage_WhenMarkedDeepInTheCalls_IsTheOperationsOwn()
    {
        using var operation = _operations.Begin("RunPodSandbox", "", "a");
        await Task.Run(async () =>
        {
            await Task.Yield();
            Operation.At("network");
            using (Operation.Within("plugin bridge"))
            {
                Assert.Equal("network: plugin bridge", operation.Stage);
            }
        });

        Assert.Equal("network", operation.Stage);
    }

    [Fact]
    public async Task Operation_WhenTraced_HasASpanForEachStageAndForWhatIsWithin()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkSpan.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (ended)
                {
                    ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var call = RequestId.Begin();
        using (_operations.Begin("TracedVerb", "1f2e", "tests/web"))
        {
            Operation.At("network");
            await Task.Run(() =>
            {
                using var detail = Operation.Within("plugin bridge");
            });
            Operation.At("layers");
            await Task.WhenAll(Task.Run(() => Operation.Span("layer")!.Dispose()), Task.Run(() => Operation.Span("layer")!.Dispose()));
            Assert.Equal("TracedVerb", Activity.Current!.DisplayName);
        }

        Assert.Null(Activity.Current);
        var whole = ended.Single(span => span.DisplayName == "TracedVerb");
        Assert.Equal("1f2e", whole.GetTagItem("crisharp.id"));
        Assert.Equal(call, whole.GetTagItem("crisharp.request"));
        string ParentOf(Activity span) => ended.Single(parent => parent.SpanId == span.ParentSpanId).DisplayName;
        Assert.Equal(
            [("layer", "layers"), ("layer", "layers"), ("layers", "TracedVerb"), ("network", "TracedVerb"), ("plugin bridge", "network")],
            ended.Where(span => span.TraceId == whole.TraceId && span != whole).Select(span => (span.DisplayName, ParentOf(span))).Order());
    }

    [Fact]
    public void Operation_WhenNobodyTraces_HasNoSpan()
    {
        using var operation = _operations.Begin("UntracedVerb", "", "a");
        Operation.At("network");
        Assert.Null(Operation.Span("layer"));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task Operations_SideBySide_DoNotMix()
    {
        async Task<string> RunAsync(string stage)
        {
            using var operation = _operations.Begin("Verb", "", stage);
            await Task.Yield();
            Operation.At(stage);
            await Task.Yield();
            return operation.Stage;
        }

        Assert.Equal(["a", "b"], await Task.WhenAll(RunAsync("a"), RunAsync("b")));
        Assert.Empty(_operations.List());
    }

    [Fact]
    public void Operation_WithinAnother_LeavesItItsStage()
    {
        using var outer = _operations.Begin("StopPodSandbox", "", "pod");
        Operation.At("containers");
        using (_operations.Begin("StopContainer", "", "container"))
        {
            Operation.At("SIGKILL");
        }

        Operation.At("network");

        Assert.Equal("network", outer.Stage);
    }

    [Fact]
    public void Mark_OutsideOfAnOperationOrAfterItsEnd_DoesNothing()
    {
        Operation.At("nothing");
        var ended = _operations.Begin("Verb", "", "a");
        ended.Dispose();
        Operation.At("later");

        Assert.Equal("begin", ended.Stage);
        Assert.Null(_operations.Describe("Verb", "a"));
    }

    [Fact]
    public async Task Caller_ThatLeaves_IsToldHowFarTheWorkIs()
    {
        using var operation = _operations.Begin("PullImage", "", "image:1");
        Operation.At("layers");

        var left = await Assert.ThrowsAsync<AbandonedWaitException>(() => _operations.ExplainAsync(
            Task.FromCanceled<int>(new CancellationToken(canceled: true)), "PullImage", "image:1"));

        Assert.Contains("at \"layers\"", left.Message);
    }

    [Fact]
    public void Stage_ThatFailsAtItsBeginning_FailsTheOperation()
    {
        var operations = new Operations(_time) { OnStage = operation => throw new IOException(operation.Stage) };
        using var operation = operations.Begin("Verb", "", "a");

        Assert.Equal("record", Assert.Throws<IOException>(() => Operation.At("record")).Message);
    }

    private sealed class SteppingTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
