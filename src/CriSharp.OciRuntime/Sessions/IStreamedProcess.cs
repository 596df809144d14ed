using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>
/// One client's part in a process: a command of its own, or a place at a container's streams. Disposing of it is the client's departure: a
/// command sees the end of its input, a broken pipe, or the hang-up of its terminal, and is not killed; an attached container sees nothing.
/// Nothing of the session stays in the daemon, and in the monitor nothing but a command that goes on, until it ends.
/// </summary>
public interface IStreamedProcess : IAsyncDisposable
{
    /// <summary>
    /// To write. Its disposal is the end of the input: of a command without a terminal, and of a container's if that reads one client's only
    /// (stdin_once). A write fails with IOException once nobody reads. Null: not asked for.
    /// </summary>
    Stream? Stdin { get; }

    /// <summary>
    /// To read, to its end: all that the process wrote; with a terminal, both of its outputs. It ends soon after the process, though one that it
    /// left behind may still hold it. Null: not asked for.
    /// </summary>
    Stream? Stdout { get; }

    /// <summary>To read, to its end. Null: not asked for, or a terminal.</summary>
    Stream? Stderr { get; }

    /// <summary>The terminal's new size in characters. Nothing happens without a terminal, when it has ended, and unless both are 1 to 65535.</summary>
    void Resize(int columns, int rows);

    /// <summary>Ends with the process. Its output may still wait in the streams.</summary>
    /// <returns>Its exit code, 128 + N after signal N.</returns>
    /// <exception cref="RuntimeException">Unavailable: the process was lost with its monitor; ResourceExhausted: this client was let go, since it read too slowly.</exception>
    Task<int> WaitAsync(CancellationToken cancellationToken);
}
