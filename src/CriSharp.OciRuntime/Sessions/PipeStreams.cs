using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.Linux.Streams;
using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>A pipe per stream.</summary>
internal sealed class PipeStreams : SessionStreams
{
    /// <param name="owner">Null: the host's root.</param>
    /// <exception cref="IOException">EMFILE ...: nothing is left open.</exception>
    public PipeStreams(StreamsAsked asked, StreamOwner? owner)
    {
        try
        {
            if (asked.Stdin)
            {
                var pipe = Pass(PipePair.CreateForInput(), StandardStreams.Stdin, owner, static pair => pair.Reader);
                Stdin = new DescriptorStream(pipe.Writer, FileAccess.Write);
            }

            Stdout = asked.Stdout ? Output(StandardStreams.Stdout, owner) : null;
            Stderr = asked.Stderr ? Output(StandardStreams.Stderr, owner) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private DescriptorStream Output(StandardStreams name, StreamOwner? owner)
    {
        var pipe = Pass(PipePair.Create(), name, owner, static pair => pair.Writer);
        return new DescriptorStream(pipe.Reader, FileAccess.Read);
    }

    private PipePair Pass(PipePair pipe, StandardStreams name, StreamOwner? owner, Func<PipePair, Microsoft.Win32.SafeHandles.SafeFileHandle> processEnd)
    {
        pipe.Widen();
        if (owner is not null)
        {
            FileDescriptor.Chown(processEnd(pipe), owner.UserId, owner.GroupId);
        }

        Passed.Add(processEnd(pipe));
        Named |= name;
        return pipe;
    }
}
