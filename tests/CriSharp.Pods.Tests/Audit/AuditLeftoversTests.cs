using CriSharp.Pods.Audit;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Tests.Audit;

public sealed class AuditLeftoversTests : IDisposable
{
    private readonly AuditFixture _instance = new();
    private readonly FakeFinder _finder = new("thing");
    private readonly FakeLogger _log = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Run_WhenSomethingIsThereTwice_ListsItAndRemovesNothing()
    {
        _finder.There.Add(new Finding("thing", "a", "why"));

        var result = Assert.Single((await Audit().RunAsync(AuditScope.Look, CancellationToken.None)).Results);

        Assert.Equal(("a", "why", false), (result.Finding.Subject, result.Finding.Reason, result.IsRemoved));
        Assert.Empty(_finder.Removed);
    }

    [Theory]
    [InlineData(AuditScope.Look)]
    [InlineData(AuditScope.RemoveAll)]
    public async Task Run_WhenSomethingIsGoneAtTheSecondLook_WasOnItsWay(AuditScope scope)
    {
        _finder.There.Add(new Finding("thing", "a", "why"));
        _finder.AfterLook = () => _finder.There.Clear();

        Assert.Empty((await Audit().RunAsync(scope, CancellationToken.None)).Results);
        Assert.Empty(_finder.Removed);
    }

    [Fact]
    public async Task Run_WhenSomethingComesAtTheSecondLook_IsNotBelievedYet()
    {
        _finder.AfterLook = () => _finder.There.Add(new Finding("thing", "a", "why"));

        Assert.Empty((await Audit().RunAsync(AuditScope.RemoveAll, CancellationToken.None)).Results);
        Assert.Empty(_finder.Removed);
    }

    [Theory]
    [InlineData(AuditScope.RemoveSure, "sure")]
    [InlineData(AuditScope.RemoveAll, "sure asked")]
    public async Task Run_WhenItRemoves_GoesAsFarAsItMay(AuditScope scope, string removed)
    {
        _finder.There.AddRange(
        [
            new Finding("thing", "sure", "why"),
            new Finding("thing", "asked", "why") { Removal = Removal.WhenAsked },
            new Finding("thing", "kept", "why") { Removal = Removal.Never },
        ]);
        var audit = Audit();

        var report = await audit.RunAsync(scope, CancellationToken.None);

        Assert.Equal(removed, string.Join(' ', _finder.Removed));
        Assert.Equal(removed.Split(' '), report.Results.Where(result => result.IsRemoved).Select(result => result.Finding.Subject));
        Assert.All(report.Left, left => Assert.NotNull(left.StaysBecause));
        Assert.Equal(_finder.Removed.Count, audit.RemovedOf("thing"));
        Assert.Equal(_finder.Removed.Count, _log.Lines.Count(line => line.StartsWith("Swept", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_WhenTheIdHasGotAnOwner_LeavesIt()
    {
        var record = Samples.Sandbox();
        _instance.Sandboxes.Begin(record);
        _finder.There.Add(new Finding("thing", "a", "why") { OwnerId = record.Id.ToString() });

        var result = Assert.Single((await Audit().RunAsync(AuditScope.RemoveAll, CancellationToken.None)).Results);

        Assert.False(result.IsRemoved);
        Assert.Empty(_finder.Removed);
    }

    [Fact]
    public async Task Run_WhenAVerbHoldsTheId_WaitsForIt()
    {
        var id = PodSandboxId.New();
        _finder.There.Add(new Finding("thing", "a", "why") { OwnerId = id.ToString() });
        Task<AuditReport> run;
        using (await _instance.Sandboxes.LockAsync(id, CancellationToken.None))
        {
            run = Audit().RunAsync(AuditScope.RemoveAll, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            Assert.Empty(_finder.Removed);
        }

        Assert.True(Assert.Single((await run).Results).IsRemoved);
    }

    [Fact]
    public async Task Run_WhenAFinderFails_TheOthersStillLook()
    {
        _finder.There.Add(new Finding("thing", "a", "why"));
        var broken = new FakeFinder("other") { AfterLook = () => throw new IOException("no such folder") };

        Assert.Single((await Audit(broken).RunAsync(AuditScope.Look, CancellationToken.None)).Results);
        Assert.Contains(_log.Lines, line => line.Contains("other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WhenARemovalFails_SaysWhyAndTellsTheLogOnce()
    {
        _finder.There.Add(new Finding("thing", "a", "why"));
        _finder.Refusal = "it is busy";
        var audit = Audit();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("it is busy", Assert.Single((await audit.RunAsync(AuditScope.RemoveSure, CancellationToken.None)).Results).StaysBecause);
        }

        Assert.Single(_log.Lines, line => line.Contains("it is busy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WhenOneGoesWithAnother_CountsBothAsRemoved()
    {
        _finder.There.AddRange([new Finding("thing", "a", "why"), new Finding("thing", "b", "why")]);
        _finder.AfterRemoval = () => _finder.There.Clear();

        Assert.All((await Audit().RunAsync(AuditScope.RemoveSure, CancellationToken.None)).Results, result => Assert.True(result.IsRemoved));
    }

    private AuditLeftovers Audit(params ILeftoverFinder[] others) => new([.. others, _finder], _instance.Owners, _instance.Options, _log);

    private sealed class FakeFinder(string kind) : ILeftoverFinder
    {
        public string Kind => kind;

        public List<Finding> There { get; } = [];

        public List<string> Removed { get; } = [];

        public int Looks { get; private set; }

        public string? Refusal { get; set; }

        public Action? AfterLook { get; set; }

        public Action? AfterRemoval { get; set; }

        public IEnumerable<Finding> Find()
        {
            Looks++;
            Finding[] found = [.. There];
            AfterLook?.Invoke();
            return found;
        }

        public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
        {
            if (Refusal is not null)
            {
                throw new IOException(Refusal);
            }

            Removed.Add(finding.Subject);
            There.RemoveAll(there => there.Subject == finding.Subject);
            AfterRemoval?.Invoke();
            return Task.CompletedTask;
        }
    }

    private sealed class FakeLogger : ILogger<AuditLeftovers>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
