using CriSharp.Linux.Networks;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Networks;

public sealed class InterfaceCountersTests
{
    private const string Heads = "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    [Fact]
    public void Parse_InTheKernelsForm_TakesTheCountsOfBothDirections()
    {
        var counters = InterfaceCounters.Parse(Heads + "    lo:    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n  eth0: 18446744073709551615 2 0 4 5 6 7 8 100 10 0 12 13 14 15 16\nnet1:7 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");

        Assert.Equal(
            [
                new InterfaceCounters("lo", 1, 3, 9, 11) { ReceivedPackets = 2, ReceiveDrops = 4, SentPackets = 10, SendDrops = 12 },
                new InterfaceCounters("eth0", ulong.MaxValue, 0, 100, 0) { ReceivedPackets = 2, ReceiveDrops = 4, SentPackets = 10, SendDrops = 12 },
                new InterfaceCounters("net1", 7, 3, 9, 11) { ReceivedPackets = 2, ReceiveDrops = 4, SentPackets = 10, SendDrops = 12 },
            ],
            counters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("eth0: 1 2 3\n")]
    [InlineData("eth0: one 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("eth0: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("eth0: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData(": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n")]
    public void Parse_WhenALineMakesNoSense_LeavesItOut(string line) => Assert.Empty(InterfaceCounters.Parse(Heads + line));

    [Fact]
    public void Read_OfAProcess_HasItsLoopback()
    {
        var own = ProcessIdentity.TryRead(Environment.ProcessId)!.Value;

        Assert.Contains(InterfaceCounters.TryReadOf(own)!, counters => counters.Name == "lo");
        Assert.Null(InterfaceCounters.TryReadOf(own with { StartTicks = own.StartTicks + 1 }));
    }
}
