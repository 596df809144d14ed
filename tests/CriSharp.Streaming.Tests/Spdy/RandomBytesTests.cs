using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>Properties over many seeds; a seed that fails is named.</summary>
public sealed class RandomBytesTests
{
    [Fact]
    public async Task RandomBytes_WhateverTheyAre_EndTheConnectionAndNothingElse()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            await PlayAsync(Bytes.Random(new Random(seed).Next(1, 5000), seed), seed);
        }
    }

    [Fact]
    public async Task RandomFrames_OfTypesThatThereAre_EndTheConnectionOrArePassedOver()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = new List<byte>();
            for (var i = 0; i < 20; i++)
            {
                bytes.AddRange(RandomFrame(random));
            }

            await PlayAsync([.. bytes], seed);
        }
    }

    [Fact]
    public async Task Conversations_CutAtAnyByte_EndWithoutAnythingLeft()
    {
        var whole = Conversation();
        for (var length = 0; length < whole.Length; length++)
        {
            await PlayAsync(whole[..length], length);
        }
    }

    [Fact]
    public async Task Conversations_WithOneByteChanged_EndWithoutAnythingLeft()
    {
        var whole = Conversation();
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var changed = whole.ToArray();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            await PlayAsync(changed, seed);
        }
    }

    private static byte[] Conversation()
    {
        var peer = new RawPeer(Wire.Pair().Left);
        return
        [
            .. peer.SynStream(1, 0, ("streamtype", "error")), .. peer.SynStream(3, 0, ("streamtype", "stdin")),
            .. RawPeer.Data(3, 0, Bytes.Random(300, 1)), .. RawPeer.Ping(1), .. RawPeer.Data(3, FrameHeader.Fin),
            .. RawPeer.Reset(1, SpdyStatus.Cancel), .. RawPeer.Control(7, 0, new byte[8]),
        ];
    }

    private static byte[] RandomFrame(Random random)
    {
        var content = new byte[random.Next(60)];
        random.NextBytes(content);
        if (content.Length > 4)
        {
            RawPeer.Number(random.Next(8)).CopyTo(content, 0);
        }

        return random.Next(3) == 0
            ? RawPeer.Data(random.Next(8), (byte)random.Next(2), content)
            : RawPeer.Control(random.Next(11), (byte)random.Next(4), content);
    }

    /// <summary>The server reads it all, in random pieces, with somebody who takes streams and reads them, and comes to an end.</summary>
    private static async Task PlayAsync(byte[] bytes, int seed)
    {
        var (client, server) = Wire.Pair();
        server.MostPerRead = new Random(seed).Next(1, 100);
        var connection = SpdyConnection.Server(server, new() { Linger = TimeSpan.FromSeconds(5) });
        var playing = TakeAllAsync(connection);
        try
        {
            await client.WriteAsync(bytes);
        }
        catch (InvalidOperationException)
        {
            // The server has hung up already.
        }

        client.EndWrites();
        var hearing = new RawPeer(client).HearAllAsync();
        await playing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(connection.Gone.IsCancellationRequested, $"seed {seed}");
        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        await hearing;
    }

    private static async Task TakeAllAsync(SpdyConnection connection)
    {
        while (await connection.AcceptAsync(default) is { } stream)
        {
            try
            {
                stream.Reply();
                await stream.CopyToAsync(stream);
            }
            catch (SpdyException)
            {
                // A reset, or the connection's end.
            }

            await stream.DisposeAsync();
        }
    }
}
