using System.Globalization;
using CriSharp.Grpc.Tests.Probe;
using Grpc.Core;

namespace CriSharp.Grpc.Tests;

public sealed class ServerStreamingTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task Count_WhenRead_YieldsEveryMessageInOrderAndEnds(int count)
    {
        using var call = server.Client.Count(ProberService.Text(count.ToString(CultureInfo.InvariantCulture)));
        var expected = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(expected++.ToString(CultureInfo.InvariantCulture), message.Body.ToStringUtf8());
        }

        Assert.Equal(count, expected);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task WaitStreaming_WhenTheCallerCancels_TheHandlerSeesIt()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.WaitStreaming(ProberService.Text("stream cancelled"), cancellationToken: cancellation.Token);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await server.Service.Of("stream cancelled").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task WaitStreaming_WhenTheCallIsDisposedOf_TheHandlerSeesIt()
    {
        using (var call = server.Client.WaitStreaming(ProberService.Text("stream dropped")))
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        }

        await server.Service.Of("stream dropped").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task WaitStreaming_WhenTheDeadlinePasses_EndsSoAfterItsMessage()
    {
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300);
        using var call = server.Client.WaitStreaming(ProberService.Text("stream deadline"), deadline: deadline);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        });
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await server.Service.Of("stream deadline").Left.Task.WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task Pour_ToACallerThatDoesNotRead_WaitsUntilItDoes()
    {
        const int all = 300;
        using var call = server.Client.Pour(ProberService.Text(all.ToString(CultureInfo.InvariantCulture)));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        int poured;
        do
        {
            poured = server.Service.PouredMegabytes;
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
        while (server.Service.PouredMegabytes != poured);

        // What a client's window and buffers take.
        Assert.InRange(poured, 1, 64);
        var read = 1;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            read++;
        }

        Assert.Equal((all, all), (read, server.Service.PouredMegabytes));
    }
}
