using System.Text.Json;
using CriSharp.Grpc.Tests.Probe;
using Grpc.Core;

namespace CriSharp.Grpc.Tests.ForeignClients;

/// <summary>What every client must see, whoever wrote it.</summary>
public abstract class ForeignClientScenarios(ProbeServer server, string language) : IClassFixture<ProbeServer>
{
    public static TheoryData<string> Scenarios =>
        new("echo", "gzip", "count", "deadline", "stubborn", "cancel", "errors", "unknown", "late", "large", "many", "die");

    protected async Task RunScenarioAsync(string scenario) => await (scenario switch
    {
        "echo" => EchoAsync("echo", "hello"),
        "gzip" => EchoAsync("gzip", "squeezed"),
        "count" => CountAsync(),
        "deadline" => DeadlineAsync(),
        "stubborn" => StubbornAsync(),
        "cancel" => CancelAsync(),
        "errors" => ErrorsAsync(),
        "unknown" => UnknownAsync(),
        "late" => LateAsync(),
        "large" => LargeAsync(),
        "many" => ManyAsync(),
        "die" => DieAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(scenario), scenario, "no such scenario"),
    });

    private async Task EchoAsync(string scenario, string expected) =>
        Assert.Equal(expected, (await RunAsync(scenario)).GetProperty("body").GetString());

    private async Task CountAsync()
    {
        var bodies = (await RunAsync("count")).GetProperty("bodies").EnumerateArray().Select(body => body.GetString());
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), bodies);
    }

    private async Task DeadlineAsync()
    {
        Assert.Equal(StatusCode.DeadlineExceeded, Code(await RunAsync("deadline")));
        await server.Service.Of("foreign deadline").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    private async Task StubbornAsync()
    {
        Assert.Equal(StatusCode.DeadlineExceeded, Code(await RunAsync("stubborn")));
        server.Service.Of("foreign stubborn").Release.SetResult();
    }

    private async Task CancelAsync()
    {
        Assert.Equal(StatusCode.Cancelled, Code(await RunAsync("cancel")));
        await server.Service.Of("foreign cancel").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    private async Task ErrorsAsync()
    {
        var codes = Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK).Select(code => ((int)code, "why"));
        var sent = codes.Concat(((IEnumerable<object[]>)ErrorTests.Messages).Select(row => ((int)StatusCode.NotFound, (string)row[0]))).ToArray();
        var input = JsonSerializer.Serialize(sent.Select(pair => new object[] { pair.Item1, pair.Item2 }));
        var answered = (await RunAsync("errors", input)).GetProperty("all").EnumerateArray()
            .Select(answer => (answer.GetProperty("code").GetInt32(), answer.GetProperty("message").GetString()!));
        Assert.Equal(sent, answered);
    }

    private async Task UnknownAsync() => Assert.Equal(StatusCode.Unimplemented, Code(await RunAsync("unknown")));

    private async Task LateAsync()
    {
        var result = await RunAsync("late");
        Assert.Equal((StatusCode.FailedPrecondition, "späte Störung"), (Code(result), result.GetProperty("message").GetString()));
        Assert.Equal("9 späte Störung", Assert.Single(result.GetProperty("bodies").EnumerateArray()).GetString());
    }

    private async Task LargeAsync()
    {
        var result = await RunAsync("large");
        Assert.True(result.GetProperty("same").GetBoolean());
        Assert.Equal(20 * 1024 * 1024, result.GetProperty("size").GetInt32());
    }

    private async Task ManyAsync() => Assert.Equal(200, (await RunAsync("many")).GetProperty("answered").GetInt32());

    private async Task DieAsync()
    {
        var client = await ForeignClient.OpenAsync(language);
        using (var process = client.Start(server.SocketPath, "die"))
        {
            await server.Service.Of("foreign die").Entered.Task.WaitAsync(ProbeServer.Patience);
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(ProbeServer.Patience);
        }

        await server.Service.Of("foreign die").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    private static StatusCode Code(JsonElement result) => (StatusCode)result.GetProperty("code").GetInt32();

    private async Task<JsonElement> RunAsync(string scenario, string input = "") =>
        await (await ForeignClient.OpenAsync(language)).RunAsync(server.SocketPath, scenario, input);
}
