using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Rollbacks;

/// <summary>
/// Each verb fails, hangs, and takes the daemon with it at the beginning of every one of its stages, which the daemon itself tells. A creation
/// that failed has left nothing; whatever happened, the same request again succeeds; and once the pod is removed, so is all that it was made of.
/// </summary>
public sealed class FailPointTests(FailPointInstance shared) : IClassFixture<FailPointInstance>, IAsyncLifetime
{
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(1);

    private DaemonInstance Daemon => shared.Daemon;

    private CriClient Client => Daemon.Client;

    public static TheoryData<string, string> VerbsAndActions()
    {
        var data = new TheoryData<string, string>();
        foreach (var verb in FailPointVerb.All)
        {
            data.Add(verb.Name, "fail");
            data.Add(verb.Name, "hang");
            data.Add(verb.Name, "kill");
        }

        return data;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>A test that fails must not spoil the others.</summary>
    public async Task DisposeAsync()
    {
        Daemon.FailPoints.Clear();
        if (!Daemon.IsRunning)
        {
            await Daemon.StartDaemonAsync();
        }

        await FailPointVerb.EndAsync(Client);
        await Client.PullAsync(shared.ImageName);
    }

    [Theory]
    [MemberData(nameof(VerbsAndActions))]
    public async Task Verb_WhenItStumblesAtAnyStage_CanBeAskedAgainAndLeavesNothing(string name, string action)
    {
        var verb = FailPointVerb.All.Single(one => one.Name == name);
        var stages = await StagesAsync(verb);
        Assert.NotEmpty(stages);
        foreach (var point in stages)
        {
            await TryAsync(verb, point, action);
        }
    }

    /// <summary>The undo of a failed creation is killed, or one of its steps fails: the next start puts it right.</summary>
    [Theory]
    [InlineData("RunPodSandbox", "fail")]
    [InlineData("RunPodSandbox", "kill")]
    [InlineData("CreateContainer", "fail")]
    [InlineData("CreateContainer", "kill")]
    public async Task Undo_WhenItStumblesAtAnyStep_IsFinishedByTheNextStart(string name, string action)
    {
        var verb = FailPointVerb.All.Single(one => one.Name == name);
        var last = (await StagesAsync(verb))[^1];
        var steps = await UndoStepsAsync(verb, last);
        Assert.NotEmpty(steps);
        foreach (var step in steps)
        {
            var before = Daemon.Snapshot();
            var subject = await verb.PrepareAsync(shared);
            Daemon.FailPoints.Plan(last, "fail");
            Daemon.FailPoints.Plan(step, action);
            await Assert.ThrowsAsync<RpcException>(() => verb.CallAsync(Client, subject, CriClient.Limited));
            await RestartAsync(action);
            Daemon.FailPoints.Clear();
            await verb.CallAsync(Client, subject, CriClient.Limited);
            await FailPointVerb.EndAsync(Client);
            await AssertSameAsync(before, step, action);
        }
    }

    private async Task TryAsync(FailPointVerb verb, FailPoint point, string action)
    {
        var before = Daemon.Snapshot();
        var subject = await verb.PrepareAsync(shared);
        var prepared = Daemon.Snapshot();
        Daemon.FailPoints.Plan(point, action);

        var limit = action == "hang" ? new CallOptions(deadline: DateTime.UtcNow + Impatience) : CriClient.Limited;
        var failure = await Record.ExceptionAsync(() => verb.CallAsync(Client, subject, limit));
        switch (action)
        {
            case "kill":
                await Daemon.DaemonDiedAsync();
                Daemon.FailPoints.Clear();
                await Daemon.StartDaemonAsync();
                break;
            case "hang":
                Assert.True(failure is RpcException { StatusCode: StatusCode.DeadlineExceeded }, $"{point}: {failure}");
                Assert.Contains(await shared.OperationsAsync(), one => one.Name == point.Operation && one.Stage.StartsWith(point.Stage, StringComparison.Ordinal));
                await Client.PodsAsync();
                Daemon.FailPoints.Clear();
                break;
            default:
                Daemon.FailPoints.Clear();
                Assert.True(failure is null or RpcException { StatusCode: StatusCode.Internal }, $"{point}: {failure}");
                if (verb.IsCreation)
                {
                    Assert.NotNull(failure);
                    await AssertSameAsync(prepared, point, action);
                }

                break;
        }

        var again = await Record.ExceptionAsync(() => verb.CallAsync(Client, subject, CriClient.Limited));
        Assert.True(again is null || await verb.IsDoneAsync(Client, subject), $"{action} of {point}, then asked again: {again}");
        await FailPointVerb.EndAsync(Client);
        await AssertSameAsync(before, point, action);
        Assert.Empty(Daemon.Network.Leases);
    }

    /// <summary>What the verb goes through when all is well.</summary>
    private async Task<IReadOnlyList<FailPoint>> StagesAsync(FailPointVerb verb)
    {
        var before = Daemon.FailPoints.Reached.Count;
        var subject = await verb.PrepareAsync(shared);
        await verb.CallAsync(Client, subject, CriClient.Limited);
        var stages = Reached(verb, before).Where(point => !point.Stage.StartsWith("undo", StringComparison.Ordinal)).ToList();
        await FailPointVerb.EndAsync(Client);
        return stages;
    }

    private async Task<IReadOnlyList<FailPoint>> UndoStepsAsync(FailPointVerb verb, FailPoint last)
    {
        var before = Daemon.FailPoints.Reached.Count;
        var subject = await verb.PrepareAsync(shared);
        Daemon.FailPoints.Plan(last, "fail");
        await Assert.ThrowsAsync<RpcException>(() => verb.CallAsync(Client, subject, CriClient.Limited));
        Daemon.FailPoints.Clear();
        var steps = Reached(verb, before).Where(point => point.Stage.StartsWith("undo", StringComparison.Ordinal)).ToList();
        await FailPointVerb.EndAsync(Client);
        return steps;
    }

    private IEnumerable<FailPoint> Reached(FailPointVerb verb, int before) =>
        Daemon.FailPoints.Reached.Skip(before).Where(point => point.Operation == verb.Name).Distinct();

    private async Task RestartAsync(string action)
    {
        if (action == "kill")
        {
            await Daemon.DaemonDiedAsync();
        }
        else
        {
            await Daemon.KillDaemonAsync();
        }

        Daemon.FailPoints.Clear();
        await Daemon.StartDaemonAsync();
    }

    private async Task AssertSameAsync(MachineSnapshot before, FailPoint point, string action)
    {
        var differences = await Daemon.DifferencesAsync(before);
        Assert.True(differences.Count == 0, $"{action} of {point} left: {string.Join("; ", differences)}\n{Daemon.Log[^Math.Min(Daemon.Log.Length, 6000)..]}");
    }
}
