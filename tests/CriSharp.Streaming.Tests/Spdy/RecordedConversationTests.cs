using System.Text;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>What Kubernetes' own client says in an exec of <c>cat</c>, as it was recorded, and what it must hear.</summary>
public sealed class RecordedConversationTests
{
    private const string Opens =
        "80030001000000290000000100000000000078f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff"
        + "800300010000001700000003000000000000c22e555c92929907000000ffff"
        + "800300010000001900000005000000000000c22ac5565c92925f5a02000000ffff"
        + "800300010000001500000007000000000000c229975a5404000000ffff";

    private const string Replies =
        "80030002000000180000000178bbe3c6a7c2000400fbff00000000000000ffff"
        + "800300020000001200000003000400fbff00000000000000ffff"
        + "800300020000001200000005000400fbff00000000000000ffff"
        + "800300020000001200000007000400fbff00000000000000ffff";

    private const string Ping = "800300060000000400000001";
    private const string Input = "000000030000000668656c6c6f0a" + "0000000301000000";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64 * 1024)]
    public async Task Exec_OfARecordedClient_IsAnsweredAsItExpects(int bytesPerRead)
    {
        var (client, server) = Wire.Pair();
        server.MostPerRead = bytesPerRead;
        var connection = SpdyConnection.Server(server);
        var accepting = SpdyClientStreams.AcceptAsync(connection, "v4.channel.k8s.io", true, true, true, false, default);
        await SayAndHearAsync(client, Opens, Replies);
        await SayAndHearAsync(client, Ping, Ping);
        await client.WriteAsync(Convert.FromHexString(Input));
        var closing = EchoAsync(await accepting, connection);

        var said = new Dictionary<int, string> { [1] = "", [3] = "", [5] = "", [7] = "" };
        var ended = new List<int>();
        var peer = new RawPeer(client);
        while (await peer.HearAsync() is { Header.IsControl: false } frame)
        {
            said[frame.Header.StreamId] += Encoding.ASCII.GetString(frame.Content);
            if (frame.Header.IsFin)
            {
                ended.Add(frame.Header.StreamId);
            }
        }

        Assert.Equal(("""{"metadata":{},"status":"Success"}""", "", "hello\n", ""), (said[1], said[3], said[5], said[7]));
        Assert.Equal([5, 7, 3, 1], ended);
        client.EndWrites();
        await closing;
    }

    private static async Task SayAndHearAsync(Wire client, string says, string hears)
    {
        await client.WriteAsync(Convert.FromHexString(says));
        var heard = new byte[hears.Length / 2];
        await client.ReadExactlyAsync(heard).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(hears, Convert.ToHexStringLower(heard));
    }

    private static async Task EchoAsync(ClientStreams streams, SpdyConnection connection)
    {
        using var input = new MemoryStream();
        await streams.Stdin!.CopyToAsync(input);
        await streams.Stdout!.WriteAsync(input.ToArray());
        await streams.Stdout.DisposeAsync();
        await streams.Stderr!.DisposeAsync();
        await streams.Stdin.DisposeAsync();
        await streams.Error.WriteAsync(Encoding.ASCII.GetBytes("""{"metadata":{},"status":"Success"}"""));
        await streams.Error.DisposeAsync();
        await connection.DisposeAsync();
    }
}
