using System.Net.Sockets;
using CriSharp.Grpc.Tests.Probe;
using Grpc.Core;
using Grpc.Net.Client;

namespace CriSharp.Grpc.Tests;

public sealed class DeadlineTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    // An empty message: the prefix alone.
    private static readonly byte[] EmptyFrame = new byte[5];

    [Fact]
    public async Task Wait_WhenTheDeadlinePasses_IsCancelledForHandlerAndCaller()
    {
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200);
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client.WaitAsync(ProberService.Text("deadline"), deadline: deadline));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await server.Service.Of("deadline").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    /// <summary>A caller that leaves the clock to the server: only the server's own timer can end this call.</summary>
    [Fact]
    public async Task Ignore_WhenTheHandlerHeedsNoToken_TheServerAnswersAtTheDeadlineAllTheSame()
    {
        using var client = server.RawClient();
        using var request = ProbeServer.Request("/probe.Prober/Ignore", new ByteArrayContent(EmptyFrame));
        request.Headers.Add("grpc-timeout", "150m");
        using var response = await client.SendAsync(request, CancellationToken.None).WaitAsync(ProbeServer.Patience);
        Assert.Equal(StatusCode.DeadlineExceeded, (await ProbeServer.StatusOfAsync(response)).Code);

        var sighting = server.Service.Of("");
        Assert.False(sighting.Left.Task.IsCompleted);
        sighting.Release.SetResult();
        await sighting.Left.Task.WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task Echo_WhenTheDeadlineHasPassedBefore_FailsSo()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client.EchoAsync(new Payload(), deadline: DateTime.UnixEpoch));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Echo_WhenTheDeadlineIsFar_Succeeds()
    {
        await server.Client.EchoAsync(new Payload(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddYears(500));
        await server.Client.EchoAsync(new Payload(), deadline: DateTime.MaxValue);
    }

    [Fact]
    public async Task Wait_WhenTheCallerCancels_TheHandlerSeesIt()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.WaitAsync(ProberService.Text("cancel"), cancellationToken: cancellation.Token);
        await server.Service.Of("cancel").Entered.Task.WaitAsync(ProbeServer.Patience);
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await server.Service.Of("cancel").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task Wait_WhenTheChannelIsDisposedOf_TheHandlerSeesIt()
    {
        Task<Payload> call;
        using (var channel = UnixSocketChannel.Create(server.SocketPath))
        {
            call = new Prober.ProberClient(channel).WaitAsync(ProberService.Text("disposed")).ResponseAsync;
            await server.Service.Of("disposed").Entered.Task.WaitAsync(ProbeServer.Patience);
        }

        await server.Service.Of("disposed").Left.Task.WaitAsync(ProbeServer.Patience);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
    }

    [Fact]
    public async Task Wait_WhenTheCallersConnectionDies_TheHandlerSeesIt()
    {
        Socket? socket = null;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                socket = await server.ConnectAsync(cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        using var call = new Prober.ProberClient(channel).WaitAsync(ProberService.Text("died"));
        await server.Service.Of("died").Entered.Task.WaitAsync(ProbeServer.Patience);
        // As the kernel does for a process that is killed.
        socket!.Close();

        await server.Service.Of("died").Left.Task.WaitAsync(ProbeServer.Patience);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.Equal("alive", (await server.Client.EchoAsync(ProberService.Text("alive"))).Body.ToStringUtf8());
    }
}
