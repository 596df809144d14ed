using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Namespaces;

/// <summary>A namespace by a file that names it: a pin, or /proc/PID/ns/KIND.</summary>
public static class NamespaceFile
{
    /// <exception cref="LinuxException">ENOENT: no such file.</exception>
    public static SafeFileHandle Open(string path) =>
        OpenAt2.Open(Libc.CurrentDirectory, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, mode: 0, resolve: 0);
}
