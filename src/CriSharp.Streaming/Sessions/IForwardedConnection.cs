namespace CriSharp.Streaming.Sessions;

/// <summary>A TCP connection into a pod; disposing of it closes it.</summary>
public interface IForwardedConnection : IAsyncDisposable
{
    /// <summary>To read and to write. A read of 0 bytes: the other side has shut down its half. IOException: it was reset.</summary>
    Stream Stream { get; }

    /// <summary>Sends FIN; what the other side still says can be read.</summary>
    void EndWrites();
}
