using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.Linux.Sockets;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Tests.Sockets;

public sealed class UnixSocketTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-socket-");

    private string SocketPath => Path.Combine(_folder.FullName, "s");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Packets_WhenSeveralAreSent_StayApart()
    {
        using var listener = UnixSocket.Listen(SocketPath, UnixSocketKind.SequencedPackets, 0x180);
        using var client = UnixSocket.Connect(SocketPath, UnixSocketKind.SequencedPackets);
        using var served = listener.TryAccept();
        Assert.NotNull(served);
        Assert.Null(listener.TryAccept());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));

        client.Send("one"u8);
        client.Send("three"u8);

        var buffer = new byte[64];
        Assert.Equal(3, served.TryReceive(buffer));
        Assert.Equal(5, served.TryReceive(buffer));
        Assert.Equal(-1, served.TryReceive(buffer));
        client.Dispose();
        Assert.Equal(0, served.TryReceive(buffer));
    }

    [Fact]
    public void Listen_WhenThePathIsLongerThanAnAddress_ClientsReachItAllTheSame()
    {
        var folder = _folder.CreateSubdirectory(new string('a', 120));
        var path = Path.Combine(folder.FullName, "s");
        using var listener = UnixSocket.Listen(path, UnixSocketKind.SequencedPackets, 0x180);

        using var client = UnixSocket.Connect(path, UnixSocketKind.SequencedPackets);

        using var served = listener.TryAccept();
        Assert.NotNull(served);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Peer_WhenConnected_IsThisProcess()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        using (second)
        {
            Assert.Equal(Environment.ProcessId, first.Peer().Pid);
        }
    }

    [Fact]
    public void Descriptors_WhenSent_AreTheSameFiles()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        using (second)
        using (var pipe = PipePair.Create())
        using (var event_ = new EventDescriptor())
        {
            first.Send("x"u8, pipe.Writer, event_.Handle);
            List<SafeFileHandle> received = [];
            Assert.Equal(1, second.TryReceive(new byte[8], received));
            Assert.Equal(2, received.Count);

            Assert.Equal(5, DescriptorTransfer.Write(received[0], "hello"u8));
            var buffer = new byte[16];
            Assert.Equal(5, DescriptorTransfer.Read(pipe.Reader, buffer));
            received.ForEach(handle => handle.Dispose());
        }
    }

    [Fact]
    public void Descriptors_WhenNotExpected_AreClosed()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        using (second)
        using (var pipe = PipePair.Create())
        {
            first.Send("x"u8, pipe.Writer);
            pipe.Writer.Dispose();
            Assert.Equal(1, second.TryReceive(new byte[8]));

            Assert.Equal(0, DescriptorTransfer.Read(pipe.Reader, new byte[8]));
        }
    }

    [Fact]
    public void TryReceive_WhenThePacketIsTooLong_Throws()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        using (second)
        {
            first.Send("too long"u8);
            Assert.Throws<LinuxException>(() => second.TryReceive(new byte[3]));
        }
    }

    [Fact]
    public void Send_WhenThePeerIsGone_ThrowsAndRaisesNoSignal()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        {
            second.Dispose();
            Assert.Equal(Errno.EPIPE, Assert.Throws<LinuxException>(() => first.Send("x"u8)).ErrorNumber);
        }
    }

    [Fact]
    public void Send_WhenThePeerDoesNotRead_EndsAtZero()
    {
        var (first, second) = UnixSocket.Pair(UnixSocketKind.SequencedPackets);
        using (first)
        using (second)
        {
            var packet = new byte[1024];
            var sent = 0;
            while (first.Send(packet) != 0 && sent < 1_000_000)
            {
                sent++;
            }

            Assert.InRange(sent, 1, 999_999);
        }
    }

    [Fact]
    public void Connect_WhenNobodyListens_SaysSo()
    {
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => UnixSocket.Connect(SocketPath, UnixSocketKind.SequencedPackets)).ErrorNumber);
        UnixSocket.Listen(SocketPath, UnixSocketKind.SequencedPackets, 0x180).Dispose();
        Assert.Equal(Errno.ECONNREFUSED, Assert.Throws<LinuxException>(() => UnixSocket.Connect(SocketPath, UnixSocketKind.SequencedPackets)).ErrorNumber);
    }

    [Fact]
    public void Listen_WhenThePathIsTooLong_SaysSo() =>
        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => UnixSocket.Listen("/tmp/" + new string('x', 104), UnixSocketKind.Stream, 0x180)).ErrorNumber);
}
