using System.Net.Sockets;
using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;
using CriSharp.TestSupport.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class HostingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-hosting-");

    private string LayoutPath => Path.Combine(_folder.FullName, "layout.json");

    private string SocketPath => Path.Combine(_folder.FullName, "run", "s.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void RootLock_WhenAnotherHasIt_SaysWho()
    {
        var root = Path.Combine(_folder.FullName, "root");
        using (RootLock.Take(root))
        {
            var failure = Assert.Throws<RuntimeException>(() => RootLock.Take(root));
            Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
            Assert.Contains($"pid {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
        }

        // A program that another test starts at this moment holds the lock's descriptor until its exec.
        Assert.True(SpinWait.SpinUntil(() => TryTake(root), TimeSpan.FromSeconds(10)));
    }

    private static bool TryTake(string root)
    {
        try
        {
            RootLock.Take(root).Dispose();
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    [Fact]
    public void ListenSocket_WhenBound_IsForOwnerAndGroupInAPrivateFolder()
    {
        using var socket = ListenSocket.Bind(SocketPath);
        Assert.Equal("rw-rw----", Mode(SocketPath));
        Assert.Equal("rwx------", Mode(Path.GetDirectoryName(SocketPath)!));
        Assert.Equal([SocketPath], Directory.GetFileSystemEntries(Path.GetDirectoryName(SocketPath)!));
    }

    [Fact]
    public void ListenSocket_WhenADeadDaemonLeftOne_ReplacesIt()
    {
        var dead = ListenSocket.Bind(SocketPath);
        dead.Listen();
        dead.Dispose();
        Assert.True(File.Exists(SocketPath));

        using var socket = ListenSocket.Bind(SocketPath);
        socket.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public void ListenSocket_WhenSomebodyListensThere_RefusesAndLeavesItAlone()
    {
        using var living = ListenSocket.Bind(SocketPath);
        living.Listen();
        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<RuntimeException>(() => ListenSocket.Bind(SocketPath)).Kind);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public void ListenSocket_WhenAFolderHasItsName_SaysSo()
    {
        Directory.CreateDirectory(SocketPath);

        var failure = Assert.Throws<RuntimeException>(() => ListenSocket.Bind(SocketPath));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains($"{SocketPath} is in the way of the socket: it is a folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ListenSocket_WhenAFileHasItsName_LeavesItAlone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        File.WriteAllText(SocketPath, "mine");

        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<RuntimeException>(() => ListenSocket.Bind(SocketPath)).Kind);
        ListenSocket.Remove(SocketPath);

        Assert.Equal("mine", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void RootLayout_WhenTheRootIsNew_IsMarkedAndTakenAgain()
    {
        RootLayout.RefuseOther(_folder.FullName);
        RootLayout.Mark(_folder.FullName);
        RootLayout.RefuseOther(_folder.FullName);

        Assert.Contains("\"layout\": 1", File.ReadAllText(LayoutPath), StringComparison.Ordinal);
    }

    [Fact]
    public void RootLayout_WhenALaterReleaseMadeIt_NamesBothVersionsAndChangesNothing()
    {
        RootLayout.Mark(_folder.FullName);
        StoredRecord.Change(LayoutPath, document => (document["layout"], document["writtenBy"]) = (3, "9.9"));
        var before = File.ReadAllBytes(LayoutPath);

        var failure = Assert.Throws<RuntimeException>(() => RootLayout.RefuseOther(_folder.FullName));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("layout 3, written by crisharpd 9.9", failure.Message, StringComparison.Ordinal);
        Assert.Contains("reads layout 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(LayoutPath));
    }

    /// <summary>A flipped bit must not take a whole node down; each record says its own version.</summary>
    [Fact]
    public void RootLayout_WhenDamaged_IsWrittenAnew()
    {
        RootLayout.Mark(_folder.FullName);
        var whole = File.ReadAllBytes(LayoutPath);
        foreach (var (what, content) in Damage.Of(whole).Where((_, number) => number % 13 == 0))
        {
            File.WriteAllBytes(LayoutPath, content);
            Assert.True(Record.Exception(() => RootLayout.RefuseOther(_folder.FullName)) is null, what);
            RootLayout.Mark(_folder.FullName);
            Assert.Equal(whole, File.ReadAllBytes(LayoutPath));
        }
    }

    [Fact]
    public void EventLine_WhenWritten_IsOneLineWithScopesAndCauses()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var _ = scopes.Push(new KeyValuePair<string, object?>[] { new("ContainerId", "1f2e"), new("RequestId", "noise") });
        var entry = new LogEntry<string>(
            LogLevel.Warning, "CriSharp.Pods.StopContainer", 1, "line one\nline two", new IOException("outer", new IOException("inner")), (state, _) => state);
        var text = new StringWriter();
        new EventLineFormatter(new FixedClock(), LogStyle.Plain).Write(entry, scopes, text);
        Assert.Equal(
            "2026-02-03T04:05:06.789Z warn StopContainer: line one\\nline two ContainerId=1f2e | IOException: outer | IOException: inner" + Environment.NewLine,
            text.ToString());
    }

    private static string Mode(string path)
    {
        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat(Enumerable.Range(0, 9).Select(bit => (mode & (0x100 >> bit)) != 0 ? "rwx"[bit % 3] : '-'));
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    }
}
