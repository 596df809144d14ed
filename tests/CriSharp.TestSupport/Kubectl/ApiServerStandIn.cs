using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.TestSupport.Kubectl;

/// <summary>
/// As much of an API server as kubectl needs for exec, attach and port-forward. What a kubelet would do is done here: it asks the runtime for a
/// URL, and carries the bytes of the upgraded connection without a look at them. A pod is named by its sandbox's id, a container by its own.
/// </summary>
public sealed class ApiServerStandIn : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly CriClient _client;
    private readonly bool _terminals;
    private readonly Task _accepting;

    private ApiServerStandIn(CriClient client, bool terminals)
    {
        (_client, _terminals) = (client, terminals);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <param name="terminals">What pods say of their containers: whether they have a terminal.</param>
    public static ApiServerStandIn Start(CriClient client, bool terminals = false) => new(client, terminals);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Stop();
        await _accepting;
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_over.Token);
                _ = ServeAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await RequestHead.TryReadAsync(stream, _over.Token) is { } head)
                {
                    if (await StreamingUrlAsync(head) is { } url)
                    {
                        await CarryAsync(stream, head, new Uri(url));
                        return;
                    }

                    await AnswerAsync(stream, head.Path.Split('/') is [.., "pods", var pod] ? await PodAsync(pod) : Document(head.Path));
                }
            }
            catch (Exception over) when (over is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    /// <returns>Null: it is no request for streams.</returns>
    private async Task<string?> StreamingUrlAsync(RequestHead head)
    {
        if (head.Path.Split('/') is not ["", "api", "v1", "namespaces", _, "pods", var pod, var verb])
        {
            return null;
        }

        bool Is(string name) => head.Query(name) is ["true", ..];
        var container = head.Query("container") is [var named, ..] ? named : "";
        return verb switch
        {
            "exec" => (await _client.Runtime.ExecAsync(
                new ExecRequest { ContainerId = container, Cmd = { head.Query("command") }, Tty = Is("tty"), Stdin = Is("stdin"), Stdout = Is("stdout"), Stderr = Is("stderr") },
                CriClient.Limited)).Url,
            "attach" => (await _client.Runtime.AttachAsync(
                new AttachRequest { ContainerId = container, Tty = Is("tty"), Stdin = Is("stdin"), Stdout = Is("stdout"), Stderr = Is("stderr") }, CriClient.Limited)).Url,
            "portforward" => (await _client.Runtime.PortForwardAsync(new PortForwardRequest { PodSandboxId = pod }, CriClient.Limited)).Url,
            _ => null,
        };
    }

    private async Task CarryAsync(NetworkStream client, RequestHead head, Uri url)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(url.Host, url.Port, _over.Token);
        var stream = server.GetStream();
        await stream.WriteAsync(head.For(url), _over.Token);
        var back = stream.CopyToAsync(client, _over.Token);
        var forth = client.CopyToAsync(stream, _over.Token);
        await Task.WhenAny(back, forth);
        if (forth.IsCompleted)
        {
            server.Client.Shutdown(SocketShutdown.Send);
        }

        await back;
    }

    private static async Task AnswerAsync(NetworkStream stream, string document)
    {
        var body = Encoding.UTF8.GetBytes(document);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));
        await stream.WriteAsync(body);
    }

    /// <summary>kubectl attaches only to a container that the pod's specification has.</summary>
    private async Task<string> PodAsync(string id)
    {
        var containers = (await _client.Runtime.ListContainersAsync(
            new ListContainersRequest { Filter = new ContainerFilter { PodSandboxId = id } }, CriClient.Limited)).Containers;
        var items = containers.Select(container => $$"""{"name":"{{container.Id}}","image":"i","stdin":true,"tty":{{(_terminals ? "true" : "false")}}}""");
        return $$"""
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{id}}","namespace":"default"},"status":{"phase":"Running"},
             "spec":{"containers":[{{string.Join(',', items)}}] } }
            """;
    }

    private static string Document(string path) => path.Split('/') switch
    {
        ["", "api"] => """{"kind":"APIVersions","versions":["v1"]}""",
        ["", "apis"] => """{"kind":"APIGroupList","apiVersion":"v1","groups":[]}""",
        ["", "api", "v1"] => """{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get"]}]}""",
        ["", "version"] => """{"major":"1","minor":"32","gitVersion":"v1.32.0"}""",
        _ => """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}""",
    };
}
