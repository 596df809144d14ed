namespace CriSharp.Linux.Polling;

/// <summary>What poll(2) is asked and answers. uapi/asm-generic/poll.h</summary>
[Flags]
public enum PollEvents : short
{
    None = 0,
    Readable = 0x001,
    Priority = 0x002,
    Writable = 0x004,

    /// <summary>Answered unasked: an error, or nobody reads the other end of a pipe any more.</summary>
    Error = 0x008,

    /// <summary>Answered unasked: nobody writes the other end any more; bytes may be left to read.</summary>
    HangUp = 0x010,
}
