namespace CriSharp.Streaming.Spdy;

/// <summary>Types of control frames; a type that is not here is passed over.</summary>
internal enum FrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}
