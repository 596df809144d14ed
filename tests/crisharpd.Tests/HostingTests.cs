using System.Net.Sockets;
using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class HostingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-hosting-");

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

        RootLock.Take(root).Dispose();
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
    public void EventLine_WhenWritten_IsOneLineWithScopesAndCauses()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var _ = scopes.Push(new KeyValuePair<string, object?>[] { new("ContainerId", "1f2e"), new("RequestId", "noise") });
        var entry = new LogEntry<string>(
            LogLevel.Warning, "CriSharp.Pods.StopContainer", 1, "line one\nline two", new IOException("outer", new IOException("inner")), (state, _) => state);
        var text = new StringWriter();
        new EventLineFormatter(new FixedClock()).Write(entry, scopes, text);
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
