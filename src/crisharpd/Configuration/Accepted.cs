namespace CriSharp.Daemon.Configuration;

/// <summary>Words for what settings take that have no type of their own.</summary>
internal static class Accepted
{
    public const string Path = "an absolute path";
    public const string Executable = "an absolute path of an executable file";
    public const string Truth = "true or false";
}
