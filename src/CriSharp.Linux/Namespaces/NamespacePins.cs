using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Namespaces;

/// <summary>
/// Namespaces without a process: each is made on a thread that ends, and kept alive by a bind mount of its file at
/// DIRECTORY/net, DIRECTORY/ipc and DIRECTORY/uts; with a user namespace, DIRECTORY/user, a helper process makes them. The mounts keep the propagation of the folder they are in: where that is
/// shared, agents of the node see a pod's network come, and lose their copy of it when it goes.
/// </summary>
public static class NamespacePins
{
    private const int StackedPinsLimit = 16;

    private static readonly Kind[] Kinds =
    [
        new(NamespaceKinds.Network, "net", Libc.CLONE_NEWNET),
        new(NamespaceKinds.Ipc, "ipc", Libc.CLONE_NEWIPC),
        new(NamespaceKinds.Uts, "uts", Libc.CLONE_NEWUTS),
        new(NamespaceKinds.User, "user", Libc.CLONE_NEWUSER),
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
    /// <exception cref="SysctlException">The kernel refuses a sysctl.</exception>
    /// <exception cref="LinuxException">The kernel refuses: EEXIST where pins are there already, EPERM without CAP_SYS_ADMIN, ENOSPC at the
    /// limit of /proc/sys/user/max_*_namespaces; the call and its subject are named.</exception>
    public static async Task CreateAsync(string directory, NamespaceRequest request)
    {
        // 1. All that can be wrong with the request, before anything is made.
        var looks = NamespaceLooks.Of(request);
        if (request.Kinds.HasFlag(NamespaceKinds.User))
        {
            throw new ArgumentException("a user namespace is asked for by its mappings, not as a kind");
        }

        if (request.User is { } user)
        {
            await using var held = await HeldNamespaces.MakeAsync(user, request.Kinds);
            await NamespaceThread.RunAsync(() =>
            {
                held.Join(request.Kinds);
                looks.Apply(ownerUserId: user.Users.HostId);
                return true;
            });
            Pin(directory, request.Kinds | NamespaceKinds.User, $"/proc/{held.Pid}/ns");
            return;
        }

        await NamespaceThread.RunAsync(() =>
        {
            // 2. The namespaces, of this thread alone.
            LinuxException.ThrowIfFailed(Libc.unshare(CloneFlagsOf(request.Kinds)), "unshare", request.Kinds.ToString());

            // 3. How they look inside.
            looks.Apply(ownerUserId: 0);

            // 4. The pins: only now can anybody find them.
            Pin(directory, request.Kinds, "/proc/thread-self/ns");
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

    internal static int CloneFlagsOf(NamespaceKinds kinds) =>
        Kinds.Where(kind => kinds.HasFlag(kind.Value)).Aggregate(0, (flags, kind) => flags | kind.CloneFlag);

    internal static IEnumerable<(string Name, int CloneFlag)> FilesOf(NamespaceKinds kinds) =>
        Kinds.Where(kind => kinds.HasFlag(kind.Value)).Select(kind => (kind.Name, kind.CloneFlag));

    private static void Pin(string directory, NamespaceKinds kinds, string source)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var pinned = new List<string>();
        try
        {
            foreach (var (name, _) in FilesOf(kinds))
            {
                var pin = Path.Combine(directory, name);
                HostPath.Open(pin, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile).Dispose();
                pinned.Add(pin);
                Mounting.Bind($"{source}/{name}", pin);
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

    private sealed record Kind(NamespaceKinds Value, string Name, int CloneFlag);
}
