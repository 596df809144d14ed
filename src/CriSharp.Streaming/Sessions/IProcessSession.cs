namespace CriSharp.Streaming.Sessions;

/// <summary>
/// One client's part in a process: a command of its own, or a place at a container's streams. Disposing of it is the client's departure: a
/// command sees the end of its input, a broken pipe or a hang-up, an attached container sees nothing; nothing of the session stays.
/// </summary>
public interface IProcessSession : IAsyncDisposable
{
    /// <summary>To write. Its disposal is the end of the input, which a container may outlive. A write fails with IOException once nobody reads. Null: not asked for.</summary>
    Stream? Stdin { get; }

    /// <summary>To read, to its end: all that the process wrote; with a terminal, both of its outputs. Null: not asked for.</summary>
    Stream? Stdout { get; }

    /// <summary>To read, to its end. Null: not asked for, or a terminal.</summary>
    Stream? Stderr { get; }

    /// <summary>A client that has said all it had to say goes: with what comes at once, it has seen what it was there for.</summary>
    bool EndsWithInput { get; }

    /// <summary>The terminal's new size; without a terminal nothing happens.</summary>
    void Resize(int columns, int rows);

    /// <summary>Ends with the process. Its output may still wait in the streams.</summary>
    /// <returns>Its exit code, 128 + N after signal N; null: nothing that is this client's.</returns>
    /// <exception cref="CriSharp.Primitives.RuntimeException">The process was lost, or this client was let go, e.g. since it read too slowly; the words are for the user.</exception>
    Task<int?> WaitAsync(CancellationToken cancellationToken);
}
