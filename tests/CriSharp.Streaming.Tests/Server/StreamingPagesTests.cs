using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.Streaming.Server;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Streaming.Tests.Server;

public sealed class StreamingPagesTests
{
    private const string Spdy = "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n";

    /// <summary>Else whoever has no token could hold a place of the port's for ever, by asking now and then.</summary>
    [Theory]
    [InlineData("GET /", "", 404)]
    [InlineData("DELETE /exec/token", "", 405)]
    [InlineData("GET /exec/token", "", 400)]
    [InlineData("POST /exec/token", Spdy, 404)]
    [InlineData("POST /exec/GOOD", Spdy, 400)]
    [InlineData("POST /exec/GOOD", Spdy + "X-Stream-Protocol-Version: v0\r\n", 403)]
    public async Task Connection_OfARefusedRequest_IsClosed(string request, string headers, int status)
    {
        var tickets = new WaitingTickets(TimeProvider.System);
        var token = tickets.Add(new ExecTicket("c", ["true"], Tty: false, Stdin: false, Stdout: true, Stderr: true));
        await using var application = await StartAsync(tickets);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(application.Urls.Single()).Port);
        await using var stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request.Replace("GOOD", token, StringComparison.Ordinal)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n{headers}\r\n"));

        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync(WaitingTickets tickets)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var pages = new StreamingPages(tickets, new NoRuntime(), new StreamingLimits(), NullLogger<StreamingPages>.Instance, CancellationToken.None);
        application.UseWebSockets();
        application.Run(pages.ServeAsync);
        await application.StartAsync();
        return application;
    }

    private sealed class NoRuntime : IStreamingRuntime
    {
        public Task<IProcessSession> ExecAsync(ExecTicket ticket, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IProcessSession> AttachAsync(AttachTicket ticket, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IForwardedConnection> ConnectAsync(PortForwardTicket ticket, int port, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
