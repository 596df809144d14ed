using System.Text.RegularExpressions;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Tokens;

namespace CriSharp.Streaming.Tests.Tokens;

public sealed partial class WaitingTicketsTests
{
    private static readonly AttachTicket Ticket = new("c", Tty: false, Stdin: false, Stdout: true, Stderr: true);

    private readonly Clock _clock = new();

    [Fact]
    public void Token_IsGoodOnce()
    {
        var tickets = new WaitingTickets(_clock);
        var token = tickets.Add(Ticket);

        Assert.Equal(Ticket, tickets.TryTake(token));
        Assert.Null(tickets.TryTake(token));
        Assert.Null(tickets.TryTake("anything"));
    }

    [Fact]
    public void Token_IsGoodForAMinute()
    {
        var tickets = new WaitingTickets(_clock);
        var (early, late) = (tickets.Add(Ticket), tickets.Add(Ticket));

        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.NotNull(tickets.TryTake(early));
        _clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Null(tickets.TryTake(late));
    }

    [Fact]
    public void Tokens_CantBeGuessed_AndFitIntoAUrl()
    {
        var tickets = new WaitingTickets(_clock);
        var tokens = Enumerable.Range(0, 500).Select(_ => tickets.Add(Ticket)).ToList();

        Assert.Equal(500, tokens.Distinct().Count());
        Assert.All(tokens, token => Assert.Matches(UrlSafe(), token));
    }

    [Fact]
    public void Requests_BeyondAThousand_AreRefused_UntilOthersExpire()
    {
        var tickets = new WaitingTickets(_clock);
        for (var i = 0; i < WaitingTickets.MostWaiting; i++)
        {
            tickets.Add(Ticket);
        }

        Assert.Equal(ErrorKind.ResourceExhausted, Assert.Throws<RuntimeException>(() => tickets.Add(Ticket)).Kind);
        _clock.Now += TimeSpan.FromSeconds(61);
        tickets.Add(Ticket);
    }

    // 128 bits in base64url
    [GeneratedRegex("^[A-Za-z0-9_-]{22}$")]
    private static partial Regex UrlSafe();

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
