namespace CriSharp.Streaming.Spdy;

/// <summary>Why a connection ends: GOAWAY's status code.</summary>
internal enum GoAwayStatus
{
    Ok = 0,
    ProtocolError = 1,
    InternalError = 2,
}
