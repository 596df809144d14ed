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
    public void Message_ThatIsSmall_NeedsNoRoom()
    {
        var room = new LargeMessages(0);
        Assert.Equal(0, room.Take(64 * 1024));
        Assert.Throws<RpcException>(() => room.Take(64 * 1024 + 1));
    }
}
