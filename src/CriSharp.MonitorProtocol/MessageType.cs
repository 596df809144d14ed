namespace CriSharp.MonitorProtocol;

/// <summary>Second byte of every packet on a monitor's socket. Requests are below 64, answers above.</summary>
public enum MessageType : byte
{
    /// <summary>No fields. Answered by <see cref="State"/>; <see cref="Exited"/> follows when the container ends.</summary>
    Watch = 1,

    /// <summary>No fields. Answered by <see cref="Ok"/> once the new file is open, or <see cref="Failed"/>, and then no file was made.</summary>
    ReopenLog = 2,

    /// <summary><see cref="ExecMessage"/> with descriptors. At most one per connection.</summary>
    Exec = 3,

    /// <summary>No fields. Kills the connection's exec and all that it started; <see cref="ExecExited"/> follows.</summary>
    KillExec = 4,

    /// <summary><see cref="AttachMessage"/> with descriptors. At most one per connection. Since revision 1.</summary>
    Attach = 5,

    /// <summary><see cref="ResizeMessage"/>: the container's terminal gets another size; nothing happens without one. No answer. Since revision 1.</summary>
    Resize = 6,

    State = 65,
    Exited = 66,
    Ok = 67,
    Failed = 68,
    ExecStarted = 69,
    ExecFailed = 70,
    ExecExited = 71,

    /// <summary>Why: the connection's attach ends before the container does.</summary>
    LetGo = 72,
}
