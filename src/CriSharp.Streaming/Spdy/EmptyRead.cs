namespace CriSharp.Streaming.Spdy;

/// <summary>Waiting for bytes without a place for them: a read into nothing, which sockets, pipes and the web server hold until bytes are there.</summary>
internal static class EmptyRead
{
    /// <summary>Until there is something to read, or the end; streams that know no such waiting return at once.</summary>
    public static ValueTask<int> WaitForBytesAsync(this Stream stream, CancellationToken cancellationToken) =>
        stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
}
