using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Audits;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Doors;

/// <summary>Clients that ask for too much, while another one is answered as ever.</summary>
public sealed class FloodTests : IAsyncLifetime
{
    private const string VersionMethod = "/runtime.v1.RuntimeService/Version";

    /// <summary>A healthy answer takes a millisecond or two; a machine under load takes its time.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5) * TestNode.Patience;

    private readonly int _streamPort = FreePort();
    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync()
    {
        _daemon = await DaemonInstance.StartPlainAsync("--stream-port", _streamPort.ToString(System.Globalization.CultureInfo.InvariantCulture));

        // The connection of a client that was there before.
        await _daemon.Client.Runtime.VersionAsync(new VersionRequest(), CriClient.Limited);
    }

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    /// <summary>The connections of this process are refused with the flood's, so another one asks meanwhile; the one that there was goes on.</summary>
    [Fact]
    public async Task Resets_ByTheThousand_KeepNobodyWaiting_CVE_2023_44487()
    {
        var before = ResidentKiB();
        using var enough = new CancellationTokenSource();
        var floods = Enumerable.Range(0, 4).Select(_ => ResetAsync(enough.Token)).ToList();
        try
        {
            await _daemon.WaitUntilAsync(() => _daemon.Log.Contains("takes its calls back", StringComparison.Ordinal));
            Assert.True((await RunCtlAsync("version")).Exit.IsSuccess);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(floods);
        }

        Assert.InRange(ResidentKiB() - before, int.MinValue, 200 * 1024);
        await AssertAnswersAsync();
    }

    [Fact]
    public async Task Connections_OfOneProcess_ShutNobodyElseOut()
    {
        var sockets = Enumerable.Range(0, 1200).Select(_ => Connect(_daemon.Socket)).ToList();
        try
        {
            await _daemon.WaitUntilAsync(() => sockets.Count(IsOpen) <= 1024);
            Assert.InRange(sockets.Count(IsOpen), 900, 1024);
            Assert.Contains("a connection of process", _daemon.Log, StringComparison.Ordinal);
            var ctl = await RunCtlAsync("version");
            Assert.True(ctl.Exit.IsSuccess, ctl.StandardErrorText);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        await AssertAnswersAsync();
    }

    /// <summary>A request that never gets to its end, one that never begins, and a message of which most is owed.</summary>
    [Fact]
    public async Task SlowClients_AreLetGo_AndNobodyWaitsForThem()
    {
        using var quiet = Connect(AdminAddress.Beside(_daemon.Socket));
        using var slow = Connect(AdminAddress.Beside(_daemon.Socket));
        using var slowStream = ConnectToStreaming();
        var begun = Stopwatch.GetTimestamp();
        var trickles = Task.WhenAll(TrickleAsync(slow), TrickleAsync(slowStream));

        using var owing = CallsThatOwe();
        await AssertAnswersAsync();

        await trickles.WaitAsync(TimeSpan.FromSeconds(30) * TestNode.Patience);
        await AssertClosedAsync(quiet);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 5, 30 * TestNode.Patience);
        using var admin = AdminSocket.Connect(_daemon.Socket);
        Assert.NotEmpty(await admin.GetStringAsync(AdminAddress.VersionPath));
    }

    [Fact]
    public async Task Requests_ThatAreTooBig_AreRefused()
    {
        var request = new VersionRequest { Version = new string('x', 17 << 20) };
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _daemon.Client.Runtime.VersionAsync(request, CriClient.Limited));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);

        using (var headers = new RawHttp2(_daemon.Socket))
        {
            headers.Begin(VersionMethod, filler: 1_000_000);
            using var limit = new CancellationTokenSource(AnswerLimit);
            var closed = headers.IsClosedAsync(limit.Token);
            await Record.ExceptionAsync(() => headers.SendAsync(limit.Token));
            Assert.True(await closed, "a megabyte of headers was taken");
        }

        using var admin = AdminSocket.Connect(_daemon.Socket);
        using var fat = new HttpRequestMessage(HttpMethod.Get, AdminAddress.VersionPath) { Headers = { { "X-Fat", new string('x', 40_000) } } };
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await admin.SendAsync(fat)).StatusCode);
        await AssertAnswersAsync();
    }

    private async Task ResetAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            try
            {
                using var client = new RawHttp2(_daemon.Socket);
                var closed = client.IsClosedAsync(enough);
                while (!closed.IsCompleted)
                {
                    for (var i = 0; i < 200; i++)
                    {
                        client.AddReset(VersionMethod);
                    }

                    await client.SendAsync(enough);
                }
            }
            catch (Exception refused) when (refused is IOException or SocketException or OperationCanceledException)
            {
                // The daemon has had enough of this connection.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
    }

    /// <summary>Many calls that announce a message and send none of it.</summary>
    private RawHttp2 CallsThatOwe()
    {
        var client = new RawHttp2(_daemon.Socket);
        for (var i = 0; i < 500; i++)
        {
            client.AddDebt(VersionMethod);
        }

        _ = client.SendAsync(CancellationToken.None);
        return client;
    }

    private async Task AssertAnswersAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        Assert.Equal("crisharp", (await _daemon.Client.Runtime.VersionAsync(new VersionRequest(), CriClient.Limited)).RuntimeName);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, AnswerLimit);
    }

    private static async Task AssertClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30) * TestNode.Patience);
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[4096], limit.Token));
        }
        catch (SocketException)
        {
            // Reset is closed as well.
        }
    }

    /// <summary>Sends a header's letters one by one until the other end closes.</summary>
    private static async Task TrickleAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /version HTTP/1.1\r\nHost: x\r\nX-Slow: "));
            while (IsOpen(socket))
            {
                await socket.SendAsync("x"u8.ToArray());
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
        catch (SocketException)
        {
            // Closed while a letter was on its way.
        }
    }

    private static bool IsOpen(Socket socket)
    {
        try
        {
            return !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private Socket ConnectToStreaming()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, _streamPort);
        return socket;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private int ResidentKiB() => int.Parse(
        File.ReadLines($"/proc/{_daemon.DaemonPid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        System.Globalization.CultureInfo.InvariantCulture);

    private Task<ProgramOutput> RunCtlAsync(string verb) => ProgramRun.RunAsync(
        new ProgramCommand { Path = PublishedPrograms.Ctl, Arguments = ["--endpoint", $"unix://{_daemon.Socket}", verb], TimeLimit = TimeSpan.FromSeconds(30) * TestNode.Patience },
        CancellationToken.None);
}
