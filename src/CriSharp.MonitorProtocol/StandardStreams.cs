namespace CriSharp.MonitorProtocol;

/// <summary>Which standard streams come with a packet by SCM_RIGHTS, in this order.</summary>
[Flags]
public enum StandardStreams : byte
{
    None = 0,
    Stdin = 1,
    Stdout = 2,
    Stderr = 4,
}
