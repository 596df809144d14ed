using System.Net;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>What is refused before a URL is given, and what the server answers to those who bring none that is good.</summary>
public sealed class StreamingRequestTests(SharedInstance shared) : PodTest(shared)
{
    private const string Unknown = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Requests_ForWhatIsNotThere_AreNotFound()
    {
        await AssertFailsAsync(StatusCode.NotFound, () => ExecAsync(Unknown, "true"), Unknown);
        await AssertFailsAsync(StatusCode.NotFound, () => AttachAsync(new AttachRequest { ContainerId = Unknown, Stdout = true }), Unknown);
        await AssertFailsAsync(StatusCode.NotFound, () => ForwardAsync(Unknown, 80), Unknown);
    }

    [Fact]
    public async Task Requests_ForWhatHasEnded_AreRefused()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "true"));
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => ExecAsync(status.Id, "true"), status.Id, "not running");
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => AttachAsync(new AttachRequest { ContainerId = status.Id, Stdout = true }), status.Id);

        await Client.StopPodAsync(pod.Id);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => ForwardAsync(pod.Id, 80), pod.Id);
    }

    [Fact]
    public async Task Streams_ThatCantBe_AreRefused()
    {
        var (pod, container) = await RunSleeperAsync();
        await AssertFailsAsync(StatusCode.InvalidArgument, () => RequestAsync(new ExecRequest { ContainerId = container, Cmd = { "true" } }), "stdin");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => RequestAsync(new ExecRequest { ContainerId = container, Stdout = true }), "command");
        await AssertFailsAsync(
            StatusCode.InvalidArgument, () => RequestAsync(new ExecRequest { ContainerId = container, Cmd = { "true" }, Tty = true, Stdout = true, Stderr = true }), "tty");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => AttachAsync(new AttachRequest { ContainerId = container, Stdout = true, Tty = true }), "tty");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => ForwardAsync(pod.Id, 0), "port");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => ForwardAsync(pod.Id, 65536), "port");
    }

    [Fact]
    public async Task Token_IsGoodOnce_AndNoneIsGuessed()
    {
        var (_, container) = await RunSleeperAsync();
        var url = await ExecAsync(container, "true");
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await UpgradeAsync(http, HttpMethod.Post, url));
        Assert.Equal(HttpStatusCode.NotFound, await UpgradeAsync(http, HttpMethod.Post, url));
        Assert.Equal(HttpStatusCode.NotFound, await UpgradeAsync(http, HttpMethod.Post, url[..(url.LastIndexOf('/') + 1)] + "AAAAAAAAAAAAAAAAAAAAAA"));
        Assert.Equal(HttpStatusCode.NotFound, await UpgradeAsync(http, HttpMethod.Get, new Uri(new Uri(url), "/metrics").ToString()));
        // A token of one kind is none of another.
        var other = (await ExecAsync(container, "true")).Replace("/exec/", "/attach/", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await UpgradeAsync(http, HttpMethod.Post, other));
    }

    [Fact]
    public async Task Request_WithoutAnUpgradeThatIsKnown_IsRefused_AndItsTokenStaysGood()
    {
        var (_, container) = await RunSleeperAsync();
        var url = await ExecAsync(container, "true");
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.DeleteAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await UpgradeAsync(http, HttpMethod.Get, url));
        Assert.Equal(HttpStatusCode.Forbidden, await UpgradeAsync(http, HttpMethod.Post, await ExecAsync(container, "true"), "v9.channel.k8s.io"));
        Assert.Equal(HttpStatusCode.BadRequest, await UpgradeAsync(http, HttpMethod.Post, await ExecAsync(container, "true"), protocol: null));
    }

    private static async Task<HttpStatusCode> UpgradeAsync(HttpClient http, HttpMethod method, string url, string? protocol = "v4.channel.k8s.io")
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("SPDY/3.1");
        if (protocol is not null)
        {
            request.Headers.Add("X-Stream-Protocol-Version", protocol);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    private Task<string> ExecAsync(string container, params string[] command) =>
        RequestAsync(new ExecRequest { ContainerId = container, Cmd = { command }, Stdout = true });

    private async Task<string> RequestAsync(ExecRequest request) => (await Client.Runtime.ExecAsync(request, CriClient.Limited)).Url;

    private async Task<string> AttachAsync(AttachRequest request) => (await Client.Runtime.AttachAsync(request, CriClient.Limited)).Url;

    private async Task<string> ForwardAsync(string pod, int port) =>
        (await Client.Runtime.PortForwardAsync(new PortForwardRequest { PodSandboxId = pod, Port = { port } }, CriClient.Limited)).Url;
}
