using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Kubectl;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>kubectl through what an API server and a kubelet would do: its SPDY and its WebSocket are not ours.</summary>
public sealed partial class KubectlTests(SharedInstance shared) : PodTest(shared)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Exec_TellsBothOutputsAndTheExitCode(string wire)
    {
        var (pod, container) = await RunSleeperAsync();
        await using var server = ApiServerStandIn.Start(Client);

        var result = await Kubectl(server, wire).RunAsync(null, Limit, "exec", pod.Id, "-c", container, "--", "sh", "-c", "echo out; echo err >&2; exit 7");

        Assert.Equal("out\n", result.Text);
        Assert.StartsWith("err\n", result.Errors);
        Assert.Equal(7, result.ExitCode);
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Exec_OfAProgramThatIsNotThere_SaysSo(string wire)
    {
        var (pod, container) = await RunSleeperAsync();
        await using var server = ApiServerStandIn.Start(Client);

        var result = await Kubectl(server, wire).RunAsync(null, Limit, "exec", pod.Id, "-c", container, "--", "no-such-program");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("no-such-program", result.Errors);
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Exec_WithInput_GivesAllOfIt_AndItsEnd(string wire)
    {
        var (pod, container) = await RunSleeperAsync();
        await using var server = ApiServerStandIn.Start(Client);
        var bytes = RandomNumberGenerator.GetBytes(32 << 20);

        var result = await Kubectl(server, wire).RunAsync(bytes, Limit, "exec", "-i", pod.Id, "-c", container, "--", "sha256sum");

        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(bytes)), result.Text);
        Assert.Equal(0, result.ExitCode);
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Exec_WithMuchOutput_LosesNoByte(string wire)
    {
        var (pod, container) = await RunSleeperAsync();
        await using var server = ApiServerStandIn.Start(Client);

        var result = await Kubectl(server, wire).RunAsync(
            null, Limit, "exec", pod.Id, "-c", container, "--", "sh", "-c", "head -c 67108864 /dev/zero | tr '\\0' x; printf end");

        Assert.Equal((64 << 20) + 3, result.Output.Length);
        Assert.EndsWith("xend", Encoding.ASCII.GetString(result.Output.AsSpan(result.Output.Length - 4)));
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Attach_SeesWhatComes_AndWritesToTheFirstProcess(string wire)
    {
        var (pod, container) = await RunSleeperAsync(config =>
        {
            (config.Stdin, config.StdinOnce) = (true, true);
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "while read line; do echo \"got $line\"; done; echo over"]);
        });
        await using var server = ApiServerStandIn.Start(Client);

        var result = await Kubectl(server, wire).RunAsync("one\ntwo\n"u8.ToArray(), Limit, "attach", "-i", pod.Id, "-c", container);

        Assert.True(result.Text == "got one\ngot two\nover\n", $"{result.Text}; {result.Errors}");
        Assert.Equal(0, (await Client.WaitForExitAsync(container)).ExitCode);
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task Attach_WhoseInputEnds_LeavesTheContainerAsItIs(string wire)
    {
        var (pod, container) = await RunSleeperAsync(config =>
        {
            config.Stdin = true;
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "while read line; do echo \"got $line\"; [ $line != end ] || exit 4; done"]);
        });
        await using var server = ApiServerStandIn.Start(Client);
        var kubectl = Kubectl(server, wire);

        var first = await kubectl.RunAsync("one\n"u8.ToArray(), Limit, "attach", "-i", pod.Id, "-c", container);
        Assert.Equal((0, "got one\n"), (first.ExitCode, first.Text));
        var second = await kubectl.RunAsync("two\nend\n"u8.ToArray(), Limit, "attach", "-i", pod.Id, "-c", container);

        // A code would be taken for a failure to attach.
        Assert.Equal((0, "got two\ngot end\n"), (second.ExitCode, second.Text));
        Assert.Equal(4, (await Client.WaitForExitAsync(container)).ExitCode);
    }

    [KubectlTheory]
    [ClassData(typeof(KubectlWires))]
    public async Task PortForward_ReachesThePodsLoopback(string wire)
    {
        var (pod, _) = await RunSleeperAsync(config =>
        {
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "echo hello > /tmp/index.html; httpd -f -p 127.0.0.1:8080 -h /tmp"]);
        });
        await using var server = ApiServerStandIn.Start(Client);
        using var kubectl = Kubectl(server, wire).Start(stdin: false, "port-forward", pod.Id, ":8080", ":81");
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            var port = int.Parse(LocalPort().Match((await kubectl.StandardOutput.ReadLineAsync(limit.Token))!).Groups[1].ValueSpan, null);
            using var http = new HttpClient();
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetStringAsync($"http://127.0.0.1:{port}/index.html", limit.Token)));
            Assert.All(answers, answer => Assert.Equal("hello\n", answer));
        }
        catch (HttpRequestException failure)
        {
            kubectl.Kill();
            Assert.Fail($"{failure.Message}; kubectl: {await kubectl.StandardError.ReadToEndAsync()}");
        }
        finally
        {
            kubectl.Kill();
            await kubectl.WaitForExitAsync();
        }
    }

    private static KubectlClient Kubectl(ApiServerStandIn server, string wire) => new(server.Url, wire == KubectlWires.WebSocket);

    [GeneratedRegex(@":(\d+) ->")]
    private static partial Regex LocalPort();
}
