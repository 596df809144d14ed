using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TryAcquire_WhenHeld_SaysByWhom()
    {
        var path = _folder["lock"];
        using (var first = FileLock.TryAcquire(path, out _))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryAcquire(path, out var holder));
            Assert.Equal(Environment.ProcessId, holder);
        }

        using var again = FileLock.TryAcquire(path, out _);
        Assert.NotNull(again);
    }

    [Fact]
    public void TryAcquire_WhenPathIsALink_Fails()
    {
        File.CreateSymbolicLink(_folder["lock"], _folder.Write("other", ""));
        Assert.Equal(Errno.ELOOP, Assert.Throws<LinuxException>(() => FileLock.TryAcquire(_folder["lock"], out _)).ErrorNumber);
    }

    public void Dispose() => _folder.Dispose();
}
