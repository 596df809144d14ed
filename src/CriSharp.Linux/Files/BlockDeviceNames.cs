using System.Text;

namespace CriSharp.Linux.Files;

/// <summary>Names of block devices by their numbers. Each is looked up once: numbers are given to other devices in time, so keep it for one round.</summary>
public sealed class BlockDeviceNames
{
    private const int LimitBytes = 4096;
    private const string NameKey = "DEVNAME=";

    private readonly Dictionary<(uint Major, uint Minor), string> _known = [];

    /// <returns>"/dev/sda"; "8:0" where the kernel has no such device.</returns>
    public string Of(uint major, uint minor)
    {
        if (!_known.TryGetValue((major, minor), out var name))
        {
            _known[(major, minor)] = name = Read(major, minor);
        }

        return name;
    }

    /// <summary>Of the file system that a path is in; some (overlayfs, btrfs) are on no device that the path tells.</summary>
    public string OfPath(string path)
    {
        using var file = HostPath.Open(path, OpenFlags.PathOnly);
        var (major, minor) = FileDescriptor.Stat(file).Device;
        return Of(major, minor);
    }

    private static string Read(uint major, uint minor)
    {
        var facts = HostPath.TryReadFile($"/sys/dev/block/{major}:{minor}/uevent", LimitBytes) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        var line = facts.Split('\n').FirstOrDefault(line => line.StartsWith(NameKey, StringComparison.Ordinal));
        return line is null ? $"{major}:{minor}" : $"/dev/{line[NameKey.Length..]}";
    }
}
