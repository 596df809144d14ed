namespace CriSharp.Daemon.Configuration;

/// <summary>Whether a path leads to a file that can be run.</summary>
internal static class ExecutableFile
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static bool Is(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
}
