using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Sockets;

/// <summary>
/// A socket's path in the form that fits an address: sockaddr_un holds 107 bytes, and a folder of one's own with a container's id in it
/// is soon longer. Then the folder is opened and the path goes through its descriptor.
/// </summary>
internal sealed class SocketPath : IDisposable
{
    private readonly SafeFileHandle? _folder;

    public SocketPath(string path)
    {
        Text = path;
        if (Encoding.UTF8.GetByteCount(path) >= UnixAddress.PathBytes && Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            _folder = HostPath.Open(folder, OpenFlags.PathOnly | OpenFlags.Directory);
            Text = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_folder.DangerousGetHandle()}/{Path.GetFileName(path)}");
        }
    }

    /// <summary>Valid until this is disposed.</summary>
    public string Text { get; }

    public void Dispose() => _folder?.Dispose();
}
