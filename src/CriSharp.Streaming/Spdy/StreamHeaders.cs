namespace CriSharp.Streaming.Spdy;

/// <summary>What Kubernetes' streams are opened with; names as they are on the wire.</summary>
public static class StreamHeaders
{
    public const string StreamType = "streamtype";
    public const string Port = "port";
    public const string RequestId = "requestid";

    public const string Error = "error";
    public const string Stdin = "stdin";
    public const string Stdout = "stdout";
    public const string Stderr = "stderr";
    public const string Resize = "resize";
    public const string Data = "data";

    /// <summary>The first value of a header; empty without one.</summary>
    internal static string HeaderOf(this SpdyStream stream, string name) =>
        stream.Headers.TryGetValue(name, out var values) ? values.Split('\0', 2)[0] : "";
}
