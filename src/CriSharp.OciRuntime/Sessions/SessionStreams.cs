using CriSharp.Linux;
using CriSharp.Linux.Streams;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>The daemon's side of a session's streams.</summary>
internal abstract class SessionStreams : IDisposable
{
    // No pipe of ours holds more: what was written before the end is read in any case.
    private const int MostLeftBytes = CriSharp.Linux.Processes.PipePair.WideBytes;

    public DescriptorStream? Stdin { get; protected set; }

    public DescriptorStream? Stdout { get; protected set; }

    public DescriptorStream? Stderr { get; protected set; }

    /// <summary>Which of them <see cref="Passed"/> holds.</summary>
    public StandardStreams Named { get; protected set; }

    /// <summary>The process's ends, to go with a message to the monitor.</summary>
    public List<SafeFileHandle> Passed { get; } = [];

    /// <summary>For the OCI runtime's exec.</summary>
    public virtual IReadOnlyList<string> RuntimeArguments => [];

    /// <summary>The monitor has its ends: only it and the process hold them from now on.</summary>
    public void ClosePassed()
    {
        Passed.ForEach(static each => each.Dispose());
        Passed.Clear();
    }

    /// <summary>The process runs.</summary>
    /// <exception cref="IOException">It came without what it was to have.</exception>
    public virtual void Open()
    {
    }

    public virtual void Resize(int columns, int rows)
    {
    }

    /// <summary>The process has ended; others that hold its streams may go on for a while.</summary>
    public virtual void LetGo()
    {
    }

    /// <summary>The process has ended: what waits in the streams is all that is still awaited.</summary>
    public void EndAtPause()
    {
        Stdout?.EndAtPause(MostLeftBytes);
        Stderr?.EndAtPause(MostLeftBytes);
    }

    public virtual void Dispose()
    {
        ClosePassed();
        Stdin?.Dispose();
        Stdout?.Dispose();
        Stderr?.Dispose();
    }
}
