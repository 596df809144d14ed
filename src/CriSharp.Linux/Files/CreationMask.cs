using System.Text;

namespace CriSharp.Linux.Files;

/// <summary>The process' umask, read from proc since umask(2) can only be asked by changing it. Nobody in these programs changes it.</summary>
public static class CreationMask
{
    private const int StatusLimitBytes = 64 * 1024;
    private static readonly Lazy<int> OfProcess = new(Read);

    /// <summary>Permission bits that new files don't get; all of them where the kernel (before 4.7) does not say.</summary>
    public static int Current => OfProcess.Value;

    private static int Read()
    {
        using var file = HostPath.Open("/proc/thread-self/status", OpenFlags.ReadOnly);
        var lines = Encoding.UTF8.GetString(FileDescriptor.ReadToEnd(file, StatusLimitBytes, "/proc/thread-self/status")).Split('\n');
        var line = lines.FirstOrDefault(line => line.StartsWith("Umask:", StringComparison.Ordinal));
        return line is null ? Permissions.Mask : Convert.ToInt32(line["Umask:".Length..].Trim(), 8);
    }
}
