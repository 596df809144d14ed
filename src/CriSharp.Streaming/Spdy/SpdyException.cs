namespace CriSharp.Streaming.Spdy;

/// <summary>The other side has gone, has reset a stream, or said what SPDY does not allow.</summary>
public sealed class SpdyException : IOException
{
    public SpdyException(string message)
        : base(message)
    {
    }

    public SpdyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
