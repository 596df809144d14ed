using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Namespaces;

/// <summary>A network namespace that a file names: a pin, or /proc/PID/ns/net.</summary>
public sealed record NetworkNamespace
{
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public NetworkNamespace(string path)
    {
        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            throw new ArgumentException($"the path of a network namespace must be absolute: {path}");
        }

        Path = path;
    }

    public string Path { get; }

    /// <summary>Whether the file names a namespace now. A pin whose mount has gone, as with a reboot, is a plain file.</summary>
    public bool Exists
    {
        get
        {
            using var file = OpenAt2.TryOpen(Libc.CurrentDirectory, Path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, mode: 0, resolve: 0, out _);
            return file is not null && IsNamespace(file);
        }
    }

    /// <summary>
    /// Runs the callback inside, on a thread of its own that ends afterwards. Sockets that it opens stay in this namespace for ever.
    /// The callback must not await (what follows runs elsewhere), start a thread or queue work: a new thread would live in this namespace.
    /// </summary>
    /// <exception cref="LinuxException">ENOENT: no such file; EINVAL: the file is no network namespace.</exception>
    public Task<T> RunAsync<T>(Func<T> callback) => NamespaceThread.RunAsync(() =>
    {
        Join();
        return callback();
    });

    public override string ToString() => Path;

    private static unsafe bool IsNamespace(SafeFileHandle file)
    {
        Statfs status;
        LinuxException.ThrowIfFailed(Libc.fstatfs(file, &status), "fstatfs");
        return status.Type == Libc.NSFS_MAGIC;
    }

    private void Join()
    {
        using var file = OpenAt2.Open(Libc.CurrentDirectory, Path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, mode: 0, resolve: 0);
        LinuxException.ThrowIfFailed(Libc.SetNamespace(file, Libc.CLONE_NEWNET), "setns", Path);
    }
}
