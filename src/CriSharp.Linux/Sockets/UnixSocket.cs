using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Sockets;

/// <summary>
/// An AF_UNIX socket that carries descriptors (SCM_RIGHTS) and tells who its peer is; .NET's own does neither.
/// No call waits: await <see cref="Handle"/> by a poll loop.
/// </summary>
public sealed unsafe class UnixSocket : IDisposable
{
    private const int Backlog = 64;
    private const int ConnectionAborted = 103;
    private const int MessageTooLong = 90;

    private UnixSocket(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <param name="path">Of any length, its last part up to about 80 bytes. Must not exist.</param>
    /// <param name="kind">Clients must connect with the same.</param>
    /// <param name="mode">Permissions of the socket's file; its folder should keep others out until they are set.</param>
    /// <exception cref="LinuxException">EADDRINUSE: the path exists; ENAMETOOLONG; ENOENT ...</exception>
    public static UnixSocket Listen(string path, UnixSocketKind kind, int mode)
    {
        var socket = Create(kind);
        try
        {
            using var reachable = new SocketPath(path);
            UnixAddress address = default;
            var length = Fill(&address, reachable.Text);
            LinuxException.ThrowIfFailed(Libc.Bind(socket.Handle, &address, length), "bind", path);
            LinuxException.ThrowIfFailed(Libc.ChangeMode(path, (uint)mode), "chmod", path);
            LinuxException.ThrowIfFailed(Libc.Listen(socket.Handle, Backlog), "listen", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="LinuxException">ENOENT: no such socket; ECONNREFUSED: nobody listens; EAGAIN: too many wait to be accepted.</exception>
    public static UnixSocket Connect(string path, UnixSocketKind kind)
    {
        var socket = Create(kind);
        try
        {
            using var reachable = new SocketPath(path);
            UnixAddress address = default;
            var length = Fill(&address, reachable.Text);
            LinuxException.ThrowIfFailed(Libc.Connect(socket.Handle, &address, length), "connect", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Two that are connected to each other. socketpair(2)</summary>
    public static (UnixSocket First, UnixSocket Second) Pair(UnixSocketKind kind)
    {
        var descriptors = stackalloc int[2];
        LinuxException.ThrowIfFailed(Libc.SocketPair(Libc.AF_UNIX, TypeOf(kind), 0, descriptors), "socketpair");
        return (new UnixSocket(new SafeFileHandle(descriptors[0], true)), new UnixSocket(new SafeFileHandle(descriptors[1], true)));
    }

    /// <returns>Null: nobody waits to be accepted, or who did has gone.</returns>
    public UnixSocket? TryAccept()
    {
        var accepted = Libc.Accept(Handle, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
        if (!accepted.IsInvalid)
        {
            return new UnixSocket(accepted);
        }

        var failure = LinuxException.Last("accept4");
        return failure.ErrorNumber is Errno.EAGAIN or Errno.EINTR or ConnectionAborted ? null : throw failure;
    }

    public PeerCredentials Peer()
    {
        UserCredentials credentials;
        var length = sizeof(UserCredentials);
        LinuxException.ThrowIfFailed(Libc.GetSocketOption(Handle, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length), "getsockopt SO_PEERCRED");
        return new PeerCredentials(credentials.Pid, credentials.UserId, credentials.GroupId);
    }

    /// <summary>Sends one packet, or the first part of a stream's bytes, with duplicates of the descriptors.</summary>
    /// <returns>Bytes sent; 0: the other end does not keep up, nothing was sent.</returns>
    /// <exception cref="LinuxException">EPIPE, ECONNRESET: the other end has gone; EMSGSIZE ...</exception>
    public int Send(ReadOnlySpan<byte> bytes, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        var control = stackalloc byte[DescriptorMessage.LongestBytes];
        fixed (byte* start = bytes)
        {
            var vector = new IoVector { Base = start, Length = (nuint)bytes.Length };
            var header = new MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                header.Control = control;
                header.ControlLength = DescriptorMessage.Write(control, descriptors);
            }

            while (true)
            {
                var count = Libc.SendMessage(Handle, &header, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN)
                {
                    return 0;
                }

                if (error != Errno.EINTR)
                {
                    throw new LinuxException("sendmsg", null, error);
                }
            }
        }
    }

    /// <summary>Receives one packet, or some bytes of a stream.</summary>
    /// <param name="buffer">As long as the longest packet.</param>
    /// <param name="descriptors">The descriptors that came along are added; they are the caller's to close. Null: none is expected, and any is closed.</param>
    /// <returns>Bytes received; 0: the other end has closed; -1: nothing is there yet.</returns>
    /// <exception cref="LinuxException">ECONNRESET ...; EMSGSIZE: the packet was longer than the buffer, or brought too many descriptors.</exception>
    public int TryReceive(Span<byte> buffer, ICollection<SafeFileHandle>? descriptors = null)
    {
        var control = stackalloc byte[DescriptorMessage.LongestBytes];
        fixed (byte* start = buffer)
        {
            var vector = new IoVector { Base = start, Length = (nuint)buffer.Length };
            var header = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = DescriptorMessage.LongestBytes };
            nint count;
            do
            {
                count = Libc.ReceiveMessage(Handle, &header, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

            if (count < 0)
            {
                var failure = LinuxException.Last("recvmsg");
                return failure.ErrorNumber == Errno.EAGAIN ? -1 : throw failure;
            }

            if ((header.Flags & (Libc.MSG_TRUNC | Libc.MSG_CTRUNC)) != 0)
            {
                DescriptorMessage.Read(&header, null);
                throw new LinuxException("recvmsg", "a packet longer than allowed", MessageTooLong);
            }

            DescriptorMessage.Read(&header, descriptors);
            return (int)count;
        }
    }

    public void Dispose() => Handle.Dispose();

    private static int TypeOf(UnixSocketKind kind) => (int)kind | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;

    private static UnixSocket Create(UnixSocketKind kind)
    {
        var handle = Libc.Socket(Libc.AF_UNIX, TypeOf(kind), 0);
        return handle.IsInvalid ? throw LinuxException.Last("socket AF_UNIX") : new UnixSocket(handle);
    }

    private static int Fill(UnixAddress* address, string path)
    {
        var count = Encoding.UTF8.GetByteCount(path);
        if (count >= UnixAddress.PathBytes)
        {
            throw new LinuxException("bind or connect of a socket", path, Errno.ENAMETOOLONG);
        }

        address->Family = Libc.AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address->Path, UnixAddress.PathBytes));
        return sizeof(ushort) + count + 1;
    }
}
