using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Files;

namespace CriSharp.Daemon.Services;

/// <summary>
/// What ImageFsInfo calls the file systems of images and of what containers write: a folder on each. A kubelet takes them for two disks, with an image collection and
/// an eviction for each, where the names differ, so one disk has one name.
/// </summary>
internal sealed class FileSystemNames(DaemonOptions options)
{
    private readonly Lazy<string> _images = new(() => DeviceOf(options.Root) == DeviceOf(options.ImageStore) ? options.Root : options.ImageStore);

    public string Containers => options.Root;

    public string Images => _images.Value;

    private static (uint Major, uint Minor) DeviceOf(string folder)
    {
        using var file = HostPath.Open(folder, OpenFlags.PathOnly);
        return FileDescriptor.Stat(file).Device;
    }
}
