using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Containers;

namespace CriSharp.Pods.Tests.Containers;

public sealed class ContainerEndTests
{
    [Theory]
    [InlineData(0, false, "Completed")]
    [InlineData(0, true, "Completed")]
    [InlineData(1, false, "Error")]
    [InlineData(5, true, "OOMKilled")]
    [InlineData(137, false, "Error")]
    [InlineData(137, true, "OOMKilled")]
    public void EndOf_WhenKnown_HasTheReasonOfTheCode(int code, bool outOfMemory, string reason)
    {
        var end = ContainerEnds.EndOf(new ContainerExit(code, outOfMemory, DateTimeOffset.UnixEpoch, 0, null));

        Assert.Equal((code, reason), (end.Code, end.Reason));
    }
}
