using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests;

public sealed class TicketTests
{
    [Fact]
    public void Tickets_AreEqual_WhenTheirRequestsAre() =>
        Assert.Equal(new AttachTicket("c", Tty: true, Stdin: true, Stdout: true, Stderr: false), new AttachTicket("c", true, true, true, false));
}
