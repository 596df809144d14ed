using System.Net.Sockets;
using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Processes;

public sealed class OpenFilesTests
{
    [Fact]
    public void Count_OfAProcess_TellsSocketsApart()
    {
        using var child = ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });
        try
        {
            var links = Directory.EnumerateFileSystemEntries($"/proc/{child.Pid}/fd").Select(path => new FileInfo(path).LinkTarget).ToArray();
            var sockets = links.Count(link => link?.StartsWith("socket:", StringComparison.Ordinal) == true);
            Assert.Equal(new OpenFiles((ulong)links.Length, (ulong)sockets), OpenFiles.TryCount(child.Pid));
        }
        finally
        {
            child.KillSession();
        }

        // Others of this process come and go, these stay.
        var some = Enumerable.Range(0, 50).Select(_ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)).ToArray();
        Assert.InRange(OpenFiles.TryCount(Environment.ProcessId)!.Value.Sockets, 50UL, ulong.MaxValue);
        Array.ForEach(some, socket => socket.Dispose());
    }

    [Fact]
    public void Count_OfAProcessThatHasGone_IsNotKnown()
    {
        Assert.Null(OpenFiles.TryCount(int.MaxValue));
        Assert.Null(OpenFiles.TryReadSoftLimit(int.MaxValue));
    }

    [Fact]
    public void SoftLimit_OfOurselves_IsANumber() => Assert.InRange(OpenFiles.TryReadSoftLimit(Environment.ProcessId)!.Value, 16UL, ulong.MaxValue);

    [Theory]
    [InlineData("Max processes             1                    2                    processes \nMax open files            1024                 524288               files     \n", 1024UL)]
    [InlineData("Max open files            unlimited            unlimited            files     \n", null)]
    [InlineData("Max open files", null)]
    [InlineData("", null)]
    public void SoftLimit_InTheKernelsForm_IsTheFirstNumber(string text, ulong? expected) => Assert.Equal(expected, OpenFiles.SoftLimit(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void BlockDevice_ThatIsNotThere_HasItsNumbersForAName()
    {
        var names = new BlockDeviceNames();
        Assert.Equal("4095:77", names.Of(4095, 77));
        foreach (var folder in Directory.EnumerateDirectories("/sys/dev/block").Take(1))
        {
            var numbers = Path.GetFileName(folder).Split(':').Select(uint.Parse).ToArray();
            Assert.StartsWith("/dev/", names.Of(numbers[0], numbers[1]), StringComparison.Ordinal);
        }
    }
}
