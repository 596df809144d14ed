using System.Text;
using ConmonSharp.Tests.Rig;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp.Tests.Logging;

public sealed class ContainerLogTests : IDisposable
{
    private const int LineLimit = 16384;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("container-log-");

    private string LogPath => Path.Combine(_folder.FullName, "0.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Stream_WhenLinesComeInPieces_JoinsThem()
    {
        using var pipe = PipePair.Create();
        using (var log = new ContainerLog(LogPath, TimeProvider.System))
        {
            var stream = new OutputStream(pipe.Reader, LogStream.Stderr, log, LineLimit, OutputStream.MakeSharedBuffer(LineLimit));
            foreach (var piece in (string[])["he", "llo\nwor", "ld", "\n\n", "x"])
            {
                DescriptorTransfer.Write(pipe.Writer, Encoding.ASCII.GetBytes(piece));
                stream.ReadOnce();
            }

            pipe.Writer.Dispose();
            stream.ReadOnce();
            Assert.True(stream.HasEnded);
        }

        Assert.Equal(["stderr F hello", "stderr F world", "stderr F ", "stderr P x"], MonitorRig.ReadLog(LogPath));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Stream_WhenTheLimitIsSmall_SplitsWhateverThePieces(int limit)
    {
        var text = string.Join('\n', Enumerable.Range(0, 200).Select(length => new string('a', length % 30)));
        for (var piece = 1; piece < 100; piece += 13)
        {
            File.Delete(LogPath);
            using var pipe = PipePair.Create();
            using (var log = new ContainerLog(LogPath, TimeProvider.System))
            {
                var stream = new OutputStream(pipe.Reader, LogStream.Stdout, log, limit, OutputStream.MakeSharedBuffer(limit));
                for (var at = 0; at < text.Length; at += piece)
                {
                    DescriptorTransfer.Write(pipe.Writer, Encoding.ASCII.GetBytes(text[at..Math.Min(text.Length, at + piece)]));
                    stream.ReadOnce();
                }

                stream.LogRest();
            }

            var lines = MonitorRig.ReadLog(LogPath);
            Assert.All(lines, line => Assert.InRange(line.Length, 9, 9 + limit));
            Assert.Equal(text, string.Concat(lines.Select(line => line[7] == 'P' ? line[9..] : line[9..] + "\n")));
        }
    }

    [Fact]
    public void Stream_WhenAHundredMegabytesPass_AllocatesNothing()
    {
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a line of a container's log, neither short nor long\n", 1000)));
        using var pipe = PipePair.Create();
        using var log = new ContainerLog(LogPath, TimeProvider.System);
        var stream = new OutputStream(pipe.Reader, LogStream.Stdout, log, LineLimit, OutputStream.MakeSharedBuffer(LineLimit));
        Pump(stream, pipe, block, 2);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Pump(stream, pipe, block, 100_000_000 / block.Length);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(new FileInfo(LogPath).Length > 100_000_000);
    }

    [Fact]
    public void Log_WhenTheDiskIsFull_DropsAndSaysSoLater()
    {
        var small = Path.Combine(_folder.FullName, "small");
        Directory.CreateDirectory(small);
        Mounting.Tmpfs(small, 64 * 1024, 0x1C0);
        try
        {
            var path = Path.Combine(small, "0.log");
            using var pipe = PipePair.Create();
            using (var log = new ContainerLog(path, TimeProvider.System))
            {
                var stream = new OutputStream(pipe.Reader, LogStream.Stdout, log, LineLimit, OutputStream.MakeSharedBuffer(LineLimit));
                var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("some text of a line\n", 1000)));
                Pump(stream, pipe, block, 10);
                Assert.True(log.LostBytes > 0);

                using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
                {
                    RandomAccess.SetLength(file, 0);
                }

                Pump(stream, pipe, "room again\n"u8.ToArray(), 1);
            }

            var text = File.ReadAllText(path);
            Assert.Matches("stderr F crisharp: [0-9]+ bytes of the log were lost here: it could not be written \\(errno 28\\)\n", text);
            Assert.EndsWith(" stdout F room again\n", text, StringComparison.Ordinal);
        }
        finally
        {
            Mounting.Unmount(small);
        }
    }

    private static void Pump(OutputStream stream, PipePair pipe, byte[] block, int times)
    {
        for (var i = 0; i < times; i++)
        {
            DescriptorTransfer.Write(pipe.Writer, block);
            while (stream.ReadOnce() > 0)
            {
            }
        }
    }
}
