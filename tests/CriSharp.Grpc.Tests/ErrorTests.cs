using CriSharp.Grpc.Tests.Probe;
using Grpc.Core;

namespace CriSharp.Grpc.Tests;

public sealed class ErrorTests(ProbeServer server) : IClassFixture<ProbeServer>
{
    public static TheoryData<string> Messages => new(
        "plain words",
        "two\nlines\r\nand a tab\t",
        "100 % of 50%41",
        "Größe, 日本語, 🚢",
        new string('x', 5 * 1024),
        string.Concat(Enumerable.Repeat("äé\n", 1000)));

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Fail_WhenTheMessageIsOddOrLong_ArrivesAsItWas(string message)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(ProberService.Text($"5 {message}")));
        Assert.Equal(new Status(StatusCode.NotFound, message), failure.Status);
    }

    [Fact]
    public async Task Fail_WhenAnyCode_ArrivesAsIt()
    {
        foreach (var code in Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK))
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(ProberService.Text($"{(int)code} why")));
            Assert.Equal(new Status(code, "why"), failure.Status);
        }
    }

    [Fact]
    public async Task FailLate_WhenAMessageWentBefore_DeliversItAndThenTheError()
    {
        using var call = server.Client.FailLate(ProberService.Text("9 später"));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(new Status(StatusCode.FailedPrecondition, "später"), failure.Status);
        Assert.Equal(StatusCode.FailedPrecondition, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Fail_WhenTheMessageIsHuge_IsCutAndStillArrives()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(ProberService.Text($"13 {new string('y', 200_000)}")));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.EndsWith("...", failure.Status.Detail, StringComparison.Ordinal);
    }
}
