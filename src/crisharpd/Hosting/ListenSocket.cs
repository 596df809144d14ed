using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Binds a Unix socket where nobody but root can reach it before its mode is set: in a private folder beside its path, from which it is then
/// moved. Called under the root's lock, so that a socket that nobody answers on is a dead daemon's, and goes.
/// </summary>
internal static class ListenSocket
{
    private const string BindFolder = ".bind";
    private const string SocketName = "s";

    // chown(2)
    private const uint SameOwner = uint.MaxValue;

    /// <summary>Ours to remove: another daemon's socket, for which this one was refused, is not.</summary>
    private static readonly ConcurrentDictionary<string, byte> Bound = new(StringComparer.Ordinal);

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <param name="group">Its members may connect besides root. Null: those of root's.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: somebody listens there, or something else has the name.</exception>
    public static Socket Bind(string path, uint? group = null)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder, Private);
        RefuseLiving(path);

        var bindFolder = Path.Combine(folder, BindFolder);
        Directory.CreateDirectory(bindFolder, Private);
        var bound = Path.Combine(bindFolder, SocketName);
        File.Delete(bound);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(bound));
            File.SetUnixFileMode(bound, OwnerAndGroup);
            if (group is { } id)
            {
                LetIn(id, folder, bindFolder);
            }

            File.Move(bound, path, overwrite: true);
            Directory.Delete(bindFolder);
            Bound[path] = 0;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes a socket that was bound here; nothing else.</summary>
    public static void Remove(string path)
    {
        if (Bound.TryRemove(path, out _) && File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>The folder is passed through, not read; what else is in it has modes of its own.</summary>
    private static void LetIn(uint group, string folder, string bindFolder)
    {
        using (var inside = HostPath.Open(bindFolder, OpenFlags.PathOnly | OpenFlags.Directory))
        {
            FileAt.Chown(inside, SocketName, SameOwner, group);
        }

        var mode = File.GetUnixFileMode(folder);
        if (!mode.HasFlag(UnixFileMode.OtherExecute))
        {
            using var opened = HostPath.Open(folder, OpenFlags.Directory);
            FileDescriptor.Chown(opened, SameOwner, group);
            File.SetUnixFileMode(folder, mode | UnixFileMode.GroupExecute);
        }
    }

    private static void RefuseLiving(string path)
    {
        if (KindOf(path) is not { } kind)
        {
            return;
        }

        if (kind != FileKind.Socket)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"{path} is in the way of the socket: it is {(kind == FileKind.Directory ? "a folder" : $"no socket but a {kind}")}. --listen takes the path of a socket, which crisharpd makes");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return;
        }
        catch (SocketException failure)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{path} is in the way of the socket: {failure.Message}", failure);
        }

        throw new RuntimeException(ErrorKind.FailedPrecondition, $"somebody listens on {path} already: stop it, or choose another --listen");
    }

    /// <returns>Null when there is nothing. A link is one, wherever it points.</returns>
    private static FileKind? KindOf(string path)
    {
        using var folder = HostPath.Open(Path.GetDirectoryName(path)!, OpenFlags.PathOnly | OpenFlags.Directory);
        return FileAt.TryStat(folder, Path.GetFileName(path))?.Kind;
    }
}
