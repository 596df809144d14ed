using System.Security.Cryptography;
using CriSharp.Grpc.Tests.Probe;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.Grpc.Tests;

public sealed class UnaryCallTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(20 * Megabyte)]
    public async Task Echo_WhenSentBytes_ReturnsThem(int size)
    {
        var sent = new Payload { Body = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(size)) };
        Assert.Equal(sent, await server.Client.EchoAsync(sent));
    }

    [Fact]
    public async Task Echo_WhenLargerThanAllowed_IsRefusedByTheClientItself()
    {
        var sent = new Payload { Body = ByteString.CopyFrom(new byte[GrpcLimits.MessageBytes]) };
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.EchoAsync(sent));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task Echo_WhenCalledTwoHundredTimesAtOnce_AnswersEach()
    {
        var calls = Enumerable.Range(0, 200).Select(async number =>
        {
            var sent = ProberService.Text($"call {number}");
            Assert.Equal(sent, await server.Client.EchoAsync(sent));
        });
        await Task.WhenAll(calls).WaitAsync(ProbeServer.Patience);
    }

    [Fact]
    public async Task Wait_WhenTwoHundredWaitOnOneConnection_AllAreRunning()
    {
        using var cancellation = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 200)
            .Select(number => server.Client.WaitAsync(ProberService.Text($"many {number}"), cancellationToken: cancellation.Token).ResponseAsync)
            .ToArray();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => server.Service.Of($"many {number}").Entered.Task)).WaitAsync(ProbeServer.Patience);
        await cancellation.CancelAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => server.Service.Of($"many {number}").Left.Task)).WaitAsync(ProbeServer.Patience);
        Assert.All(calls, call => Assert.False(call.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Call_WhenItHasEnded_IsHeldByNothingThatLivesLonger()
    {
        using var caller = new CancellationTokenSource();
        var answer = await EchoAsync(TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1), caller.Token);
        for (var tries = 0; tries < 100 && answer.IsAlive; tries++)
        {
            await Task.Delay(10);
            GC.Collect();
        }

        Assert.False(answer.IsAlive);
        GC.KeepAlive(caller);

        async Task<WeakReference> EchoAsync(DateTime deadline, CancellationToken token) =>
            new(await server.Client.EchoAsync(ProberService.Text("held"), deadline: deadline, cancellationToken: token));
    }

    [Fact]
    public async Task Headers_WhenSent_ReachTheHandlerAndItsTrailersComeBack()
    {
        using var call = server.Client.HeadersAsync(new Payload(), new Metadata { { "x-probe", "seen" } });
        Assert.Equal("seen", (await call).Body.ToStringUtf8());
        Assert.Equal("seen", call.GetTrailers().GetValue("x-probe-back"));
        Assert.Equal("seen"u8.ToArray(), call.GetTrailers().Get("x-probe-bin")!.ValueBytes);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData("/probe.Prober/NoSuchMethod")]
    [InlineData("/no.such.Service/Echo")]
    public async Task Call_WhenNobodyHasTheMethod_IsUnimplemented(string path)
    {
        var parts = path.Split('/');
        var marshaller = Marshallers.Create<Payload>(
            (message, context) => context.Complete(message.ToByteArray()),
            context => Payload.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));
        var method = new Method<Payload, Payload>(MethodType.Unary, parts[1], parts[2], marshaller, marshaller);
        using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, new Payload());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
        Assert.Contains(path, failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WhenNobodyListens_IsUnavailable()
    {
        using var channel = UnixSocketChannel.Create("/tmp/crisharp-nobody-listens-here");
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new Prober.ProberClient(channel).EchoAsync(new Payload()));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }
}
