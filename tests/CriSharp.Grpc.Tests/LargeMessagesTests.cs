using System.Buffers;
using System.IO.Pipelines;
using CriSharp.Grpc.Wire;
using Grpc.Core;

namespace CriSharp.Grpc.Tests;

public sealed class LargeMessagesTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public void Room_WhenItIsTaken_IsRefusedUntilSomeIsGivenBack()
    {
        var room = new LargeMessages(4 * Megabyte);
        var first = room.Take(3 * Megabyte);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => room.Take(2 * Megabyte)).StatusCode);
        Assert.Equal(Megabyte, room.Take(Megabyte));

        room.Give(first);
        Assert.Equal(3 * Megabyte, room.Take(3 * Megabyte));
    }

    [Fact]
    public async Task Messages_OneAfterTheOther_GiveTheirRoomBack_AndFindNoneBesideOthers()
    {
        var room = new LargeMessages(2 * Megabyte);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(Megabyte, await ReadLengthAsync(room));
        }

        room.Take(Megabyte);
        room.Take(Megabyte);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => ReadLengthAsync(room))).StatusCode);
    }

    private static async Task<int> ReadLengthAsync(LargeMessages room)
    {
        byte[] frame = [0, 0, 0x10, 0, 0, .. new byte[Megabyte]];
        var reader = new FrameReader(PipeReader.Create(new ReadOnlySequence<byte>(frame)), null, 16 * Megabyte, room);
        var marshaller = new Marshaller<byte[]>((_, _) => throw new NotSupportedException(), context => context.PayloadAsNewBuffer());
        return (await reader.ReadAsync(marshaller, CancellationToken.None))!.Length;
    }

    [Fact]
    public void Message_ThatIsSmall_NeedsNoRoom()
    {
        var room = new LargeMessages(0);
        Assert.Equal(0, room.Take(64 * 1024));
        Assert.Throws<RpcException>(() => room.Take(64 * 1024 + 1));
    }
}
