using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Streaming.Spdy;
using CriSharp.Streaming.WebSockets;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.Benchmarks.Streams;

/// <summary>Sessions with one container, each checked for what it has to give.</summary>
internal sealed class SessionClient(CriClient cri, string pod, string container)
{
    private const int ChunkBytes = 64 * 1024;

    public async Task<string> FeedAsync(int megabytes, CancellationToken cancellationToken)
    {
        await using var client = await ExecAsync(new ExecRequest { Stdin = true, Stdout = true, Cmd = { "sha256sum" } }, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = RandomNumberGenerator.GetBytes(ChunkBytes);
        for (var i = 0; i < megabytes * 16; i++)
        {
            hash.AppendData(chunk);
            await client.Stdin.WriteAsync(chunk, cancellationToken);
        }

        await client.Stdin.DisposeAsync();
        using var reader = new StreamReader(client.Stdout);
        Require((await reader.ReadToEndAsync(cancellationToken)).StartsWith(Convert.ToHexStringLower(hash.GetHashAndReset()), StringComparison.Ordinal), "the sum is wrong");
        return "(sum right)";
    }

    public async Task<string> DrainAsync(int megabytes, string piece, CancellationToken cancellationToken)
    {
        await using var client = await ExecAsync(
            new ExecRequest { Stdout = true, Cmd = { "dd", "if=/dev/zero", $"bs={piece}", $"count={(piece == "1M" ? megabytes : megabytes * 256)}" } }, cancellationToken);
        var chunk = new byte[ChunkBytes];
        long total = 0;
        int count;
        while ((count = await client.Stdout.ReadAsync(chunk, cancellationToken)) > 0)
        {
            total += count;
        }

        Require(total == (long)megabytes << 20, $"{total} bytes came");
        return "(whole)";
    }

    public async Task FailAsync(CancellationToken cancellationToken)
    {
        await using var client = await ExecAsync(new ExecRequest { Tty = true, Stdin = true, Stdout = true, Cmd = { "no-such-program" } }, cancellationToken);
        using var reader = new StreamReader(client.Error);
        Require((await reader.ReadToEndAsync(cancellationToken)).Contains("no-such-program", StringComparison.Ordinal), "the failure was not told");
    }

    public async Task AttachAsync(CancellationToken cancellationToken)
    {
        await using var client = await OpenAttachAsync(cancellationToken);
    }

    public async Task<string> ForwardAsync(int connections, CancellationToken cancellationToken)
    {
        var url = new Uri((await cri.Runtime.PortForwardAsync(new PortForwardRequest { PodSandboxId = pod }, CriClient.Limited)).Url);
        using var socket = new TcpClient(url.Host, url.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n"),
            cancellationToken);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)stream.ReadByte());
        }

        Require(head.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal), head.ToString());
        await using var session = SpdyConnection.Client(stream);
        await Parallel.ForAsync(0, connections, new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = cancellationToken }, async (number, token) =>
            Require((await GetAsync(session, number, token)).EndsWith("hello\n", StringComparison.Ordinal), "a page was not whole"));
        return "(all answered)";
    }

    /// <summary>What a client that is attached and says nothing costs.</summary>
    public async Task StayAsync(int clients, Watch watch, CancellationToken cancellationToken)
    {
        var before = watch.Private();
        List<WebSocketProcessClient> open = [];
        for (var i = 0; i < clients; i++)
        {
            open.Add(await OpenAttachAsync(cancellationToken));
        }

        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        var after = watch.Private();
        await Console.Out.WriteLineAsync(
            $"an idle attach: {(after.Daemon - before.Daemon) / clients} KiB in the daemon, {(after.Monitor - before.Monitor) / clients} KiB in the monitor ({clients} at once; {watch.State()})");
        foreach (var client in open)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<string> GetAsync(SpdyConnection session, int number, CancellationToken cancellationToken)
    {
        Dictionary<string, string> Headers(string type) => new() { ["streamtype"] = type, ["port"] = "8080", ["requestid"] = $"{number}" };
        await using var error = await session.OpenAsync(Headers("error"), cancellationToken);
        error.EndWrites();
        await using var data = await session.OpenAsync(Headers("data"), cancellationToken);
        await data.WriteAsync("GET /index.html HTTP/1.0\r\n\r\n"u8.ToArray(), cancellationToken);
        using var reader = new StreamReader(data);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private async Task<WebSocketProcessClient> ExecAsync(ExecRequest request, CancellationToken cancellationToken)
    {
        request.ContainerId = container;
        return await WebSocketProcessClient.ConnectAsync(new Uri((await cri.Runtime.ExecAsync(request, CriClient.Limited)).Url), cancellationToken: cancellationToken);
    }

    private async Task<WebSocketProcessClient> OpenAttachAsync(CancellationToken cancellationToken) => await WebSocketProcessClient.ConnectAsync(
        new Uri((await cri.Runtime.AttachAsync(new AttachRequest { ContainerId = container, Stdin = true, Stdout = true, Stderr = true }, CriClient.Limited)).Url),
        cancellationToken: cancellationToken);

    private static void Require(bool isRight, string words)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(words);
        }
    }
}
