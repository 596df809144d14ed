using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Networks;

/// <summary>Network interfaces of our own network namespace, by /sys/class/net and rtnetlink(7).</summary>
public static unsafe class NetworkLink
{
    private const string Folder = "/sys/class/net";
    private const int AnswerBytes = 512;
    private const int NumberLimitBytes = 4096;

    public static bool Exists(string name) => Directory.Exists(Path.Combine(Folder, name));

    /// <summary>The interfaces that a bridge joins; none where there is no such bridge.</summary>
    public static IReadOnlyList<string> PortsOf(string bridge)
    {
        var ports = Path.Combine(Folder, bridge, "brif");
        return Directory.Exists(ports) ? [.. Directory.EnumerateFileSystemEntries(ports).Select(path => Path.GetFileName(path))] : [];
    }

    /// <summary>The other end of a veth, where it lies in this namespace too.</summary>
    /// <returns>Null where it lies in another one, and for what is no veth.</returns>
    public static string? PeerOf(string name) => Number(name, "iflink") is { } peer && Number(name, "ifindex") is { } own && peer != own
        ? Directory.EnumerateFileSystemEntries(Folder)
            .Select(path => Path.GetFileName(path))
            .FirstOrDefault(other => Number(other, "ifindex") == peer && Number(other, "iflink") == own)
        : null;

    /// <summary>Removes an interface, a veth with its other end; one that isn't there is fine.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void Delete(string name)
    {
        if (Number(name, "ifindex") is not { } index)
        {
            return;
        }

        using var socket = Libc.SocketOfKind(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.NETLINK_ROUTE);
        if (socket.IsInvalid)
        {
            throw LinuxException.Last("socket", "rtnetlink");
        }

        Span<byte> request = stackalloc byte[sizeof(NetlinkHeader) + sizeof(LinkMessage)];
        MemoryMarshal.Write(request, new NetlinkHeader
        {
            LengthBytes = (uint)request.Length,
            Type = Libc.RTM_DELLINK,
            Flags = Libc.NLM_F_REQUEST | Libc.NLM_F_ACK,
        });
        MemoryMarshal.Write(request[sizeof(NetlinkHeader)..], new LinkMessage { Index = index });
        FileDescriptor.WriteAll(socket, request);

        // struct nlmsgerr: a negative errno behind the header, where 0 is the acknowledgement.
        Span<byte> answer = stackalloc byte[AnswerBytes];
        var count = FileDescriptor.Read(socket, answer);
        var error = count >= sizeof(NetlinkHeader) + sizeof(int) ? -MemoryMarshal.Read<int>(answer[sizeof(NetlinkHeader)..]) : Errno.EINVAL;
        if (error is not (0 or Errno.ENODEV))
        {
            throw new LinuxException("RTM_DELLINK", name, error);
        }
    }

    private static int? Number(string name, string file)
    {
        try
        {
            return HostPath.TryReadFile(Path.Combine(Folder, name, file), NumberLimitBytes) is { } text
                ? int.Parse(Encoding.ASCII.GetString(text), NumberStyles.Integer, CultureInfo.InvariantCulture)
                : null;
        }
        catch (IOException)
        {
            // Removed since it was listed.
            return null;
        }
    }
}
