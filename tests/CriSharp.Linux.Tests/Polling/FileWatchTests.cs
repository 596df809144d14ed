using CriSharp.Linux.Polling;

namespace CriSharp.Linux.Tests.Polling;

public class FileWatchTests
{
    [Fact]
    public void OnModification_WhenTheFileIsWritten_Tells()
    {
        var path = Path.GetTempFileName();
        using var watch = FileWatch.OnModification(path);
        var loop = new PollLoop();
        var told = 0;
        loop.Add(watch.Handle, PollEvents.Readable, _ =>
        {
            told++;
            watch.Clear();
        });

        File.AppendAllText(path, "x");
        loop.Wait(-1);
        loop.Wait(0);

        Assert.Equal(1, told);
        File.Delete(path);
    }

    [Fact]
    public void OnModification_WhenThereIsNoFile_SaysSo() =>
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => FileWatch.OnModification("/nonexistent")).ErrorNumber);
}
