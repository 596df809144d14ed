namespace CriSharp.MonitorProtocol;

/// <summary>Which stream of a container a log line is from.</summary>
public enum LogStream : byte
{
    Stdout,
    Stderr,
}
