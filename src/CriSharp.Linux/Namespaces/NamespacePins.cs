using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Namespaces;

/// <summary>
/// Namespaces without a process: each is made on a thread that ends, and kept alive by a bind mount of its file at
/// DIRECTORY/net, DIRECTORY/ipc and DIRECTORY/uts. The mounts keep the propagation of the folder they are in: where that is
/// shared, agents of the node see a pod's network come, and lose their copy of it when it goes.
/// </summary>
public static class NamespacePins
{
    private const int HostNameLimitBytes = 64;
    private const int StackedPinsLimit = 16;

    private static readonly Kind[] Kinds =
    [
        new(NamespaceKinds.Network, "net", Libc.CLONE_NEWNET),
        new(NamespaceKinds.Ipc, "ipc", Libc.CLONE_NEWIPC),
        new(NamespaceKinds.Uts, "uts", Libc.CLONE_NEWUTS),
    ];

    /// <summary>Where <see cref="CreateAsync"/> pins a namespace.</summary>
    public static string PathOf(string directory, NamespaceKinds kind) => Path.Combine(directory, Array.Find(Kinds, known => known.Value == kind)?.Name
        ?? throw new ArgumentException($"{kind} is not one kind of namespace"));

    /// <summary>
    /// Makes the namespaces, raises the loopback interface of a new network, sets host name and sysctls inside, and pins all.
    /// After a failure nothing is left.
    /// </summary>
    /// <param name="directory">Made (mode 0700) where it is absent; must hold no pins yet.</param>
    /// <exception cref="FormatException">A sysctl's name is none.</exception>
    /// <exception cref="ArgumentException">A host name too long, or without a namespace for it; a sysctl's value with a line break.</exception>
    /// <exception cref="LinuxException">The kernel refuses: EEXIST where pins are there already, EPERM without CAP_SYS_ADMIN, ENOSPC at the
    /// limit of /proc/sys/user/max_*_namespaces; the call and its subject are named.</exception>
    public static Task CreateAsync(string directory, NamespaceRequest request)
    {
        // 1. All that can be wrong with the request, before anything is made.
        var hostName = request.HostName is null ? null : HostNameBytes(request);
        var sysctls = request.Sysctls.Select(sysctl => (Name: SysctlName.Parse(sysctl.Key), sysctl.Value)).ToArray();
        var kinds = Kinds.Where(kind => request.Kinds.HasFlag(kind.Value)).ToArray();

        return NamespaceThread.RunAsync(() =>
        {
            // 2. The namespaces, of this thread alone.
            LinuxException.ThrowIfFailed(Libc.unshare(kinds.Aggregate(0, (flags, kind) => flags | kind.CloneFlag)), "unshare", request.Kinds.ToString());

            // 3. How they look inside.
            if (request.Kinds.HasFlag(NamespaceKinds.Network))
            {
                LoopbackInterface.Raise();
            }

            if (hostName is not null)
            {
                SetHostName(hostName);
            }

            foreach (var (name, value) in sysctls)
            {
                SysctlFile.Write(name, value);
            }

            // 4. The pins: only now can anybody find them.
            Pin(directory, kinds);
            return true;
        });
    }

    /// <summary>
    /// Lets go of the pins and removes the folder. Done already, half made or never made: all fine.
    /// A namespace lives on while a process or a descriptor holds it.
    /// </summary>
    /// <exception cref="LinuxException">A pin can't be unmounted.</exception>
    /// <exception cref="IOException">The folder holds something else.</exception>
    public static void Unpin(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var kind in Kinds)
        {
            RemovePin(Path.Combine(directory, kind.Name));
        }

        Directory.Delete(directory);
    }

    /// <summary>Lets go of some of the pins, and of the folder with the last one. Done already, half made or never made: all fine.</summary>
    /// <exception cref="LinuxException">A pin can't be unmounted.</exception>
    public static void Unpin(string directory, NamespaceKinds kinds)
    {
        try
        {
            foreach (var kind in Kinds.Where(kind => kinds.HasFlag(kind.Value)))
            {
                RemovePin(Path.Combine(directory, kind.Name));
            }

            if (!Directory.EnumerateFileSystemEntries(directory).Any())
            {
                Directory.Delete(directory);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else let go of the last one.
        }
    }

    private static void Pin(string directory, Kind[] kinds)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var pinned = new List<string>();
        try
        {
            foreach (var kind in kinds)
            {
                var pin = Path.Combine(directory, kind.Name);
                HostPath.Open(pin, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile).Dispose();
                pinned.Add(pin);
                Mounting.Bind($"/proc/thread-self/ns/{kind.Name}", pin);
            }
        }
        catch
        {
            pinned.ForEach(RemovePin);
            throw;
        }
    }

    // More than one mount may lie on a pin after a crash in between; each unmount takes one away, and the file is busy until the last.
    private static void RemovePin(string pin)
    {
        for (var stacked = 1; ; stacked++)
        {
            Mounting.Unmount(pin, lazy: true);
            try
            {
                File.Delete(pin);
                return;
            }
            catch (IOException busy) when (busy.HResult == Errno.EBUSY && stacked < StackedPinsLimit)
            {
            }
        }
    }

    private static byte[] HostNameBytes(NamespaceRequest request)
    {
        var bytes = Encoding.UTF8.GetBytes(request.HostName!);
        if (bytes.Length is 0 or > HostNameLimitBytes || bytes.Contains((byte)0) || !request.Kinds.HasFlag(NamespaceKinds.Uts))
        {
            throw new ArgumentException($"the host name \"{request.HostName}\" must have 1 to {HostNameLimitBytes} bytes and a uts namespace to be set in");
        }

        return bytes;
    }

    private static unsafe void SetHostName(byte[] name)
    {
        fixed (byte* start = name)
        {
            LinuxException.ThrowIfFailed(Libc.SetHostName(start, (nuint)name.Length), "sethostname", Encoding.UTF8.GetString(name));
        }
    }

    private sealed record Kind(NamespaceKinds Value, string Name, int CloneFlag);
}
