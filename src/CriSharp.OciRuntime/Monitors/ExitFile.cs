using CriSharp.Linux.Files;
using CriSharp.MonitorProtocol;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>Reads what a monitor has recorded.</summary>
public static class ExitFile
{
    /// <returns>Null when nothing has been recorded.</returns>
    /// <exception cref="RuntimeException">DataLoss: what is there is no exit record.</exception>
    public static ExitRecord? TryRead(string path)
    {
        try
        {
            return HostPath.TryReadFile(path, ExitRecord.LongestBytes, OpenFlags.NoFollow) is { } content ? ExitRecord.Parse(content) : null;
        }
        catch (Exception malformed) when (malformed is FormatException or IOException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"{path}: {malformed.Message}", malformed);
        }
    }
}
