using System.Text;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Streaming.WebSockets;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>Terminals of commands and of containers.</summary>
public sealed class TerminalTests(SharedInstance shared) : PodTest(shared)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    [Fact]
    public async Task Exec_HasATerminal_OfTheSizeThatTheClientHas()
    {
        var (_, container) = await RunSleeperAsync();
        await using var client = await ExecAsync(container, "sh", "-c", "read line; stty size; test -t 0 && test -t 1 && test -t 2 && exit 5");

        await ResizeAsync(client, 132, 50);
        await client.Stdin.WriteAsync("go\n"u8.ToArray());

        Assert.Contains("50 132\r\n", await ReadToEndAsync(client.Stdout));
        Assert.Contains("\"message\":\"5\"", await ReadToEndAsync(client.Error));
    }

    [Fact]
    public async Task Exec_WhenItsClientGoes_IsHungUp()
    {
        var (_, container) = await RunSleeperAsync();
        await using (var client = await ExecAsync(container, "sh", "-c", "trap 'touch /tmp/hung-up; exit' HUP; echo ready; while :; do sleep 0.1; done"))
        {
            await SessionOutput.ReadUntilAsync(client.Stdout, "ready");
        }

        await WaitForFileAsync(container, "/tmp/hung-up");
    }

    [Fact]
    public async Task Attach_SharesTheTerminal_AndComesBack()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            (config.Tty, config.Stdin) = (true, true);
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "while read line; do echo \"<$line> $(stty size)\"; done"]);
        });

        await using (var first = await AttachAsync(container))
        {
            await ResizeAsync(first, 80, 24);
            await first.Stdin.WriteAsync("one\n"u8.ToArray());
            await SessionOutput.ReadUntilAsync(first.Stdout, "<one> 24 80");
        }

        await using var again = await AttachAsync(container);
        await using var beside = await AttachAsync(container);
        await again.Stdin.WriteAsync("two\n"u8.ToArray());
        await SessionOutput.ReadUntilAsync(again.Stdout, "<two> 24 80");
        await SessionOutput.ReadUntilAsync(beside.Stdout, "<two> 24 80");
    }

    private static async Task ResizeAsync(WebSocketProcessClient client, int columns, int rows)
    {
        await client.Resize.WriteAsync(Encoding.UTF8.GetBytes($$"""{"Width":{{columns}},"Height":{{rows}}}"""));
        // The size and what is typed travel side by side.
        await Task.Delay(TimeSpan.FromMilliseconds(300) * TestNode.Patience);
    }

    private async Task<WebSocketProcessClient> ExecAsync(string container, params string[] command) => await WebSocketProcessClient.ConnectAsync(new Uri(
        (await Client.Runtime.ExecAsync(new ExecRequest { ContainerId = container, Cmd = { command }, Tty = true, Stdin = true, Stdout = true }, CriClient.Limited)).Url));

    private async Task<WebSocketProcessClient> AttachAsync(string container) => await WebSocketProcessClient.ConnectAsync(new Uri(
        (await Client.Runtime.AttachAsync(new AttachRequest { ContainerId = container, Tty = true, Stdin = true, Stdout = true }, CriClient.Limited)).Url));

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(limit.Token);
    }

    private async Task WaitForFileAsync(string container, string path)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await Client.ExecTextAsync(container, "sh", "-c", $"ls {path} 2>/dev/null || true") == "")
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
