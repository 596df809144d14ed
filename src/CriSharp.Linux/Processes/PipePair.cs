using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Processes;

/// <summary>A pipe, both ends close-on-exec. pipe2(2)</summary>
public sealed class PipePair : IDisposable
{
    private const int O_CLOEXEC = 0x80000;
    private const int O_NONBLOCK = 0x800;
    private const int F_SETFL = 4;
    private const int F_SETPIPE_SZ = 1031;

    private PipePair(SafeFileHandle reader, SafeFileHandle writer) => (Reader, Writer) = (reader, writer);

    public SafeFileHandle Reader { get; }

    public SafeFileHandle Writer { get; }

    /// <summary>What <see cref="Widen"/> asks for: the kernel's default for /proc/sys/fs/pipe-max-size.</summary>
    public const int WideBytes = 1024 * 1024;

    /// <summary>The read end does not block: <see cref="Polling.ReadinessLoop"/> awaits it. The write end, meant for a child, blocks as programs expect.</summary>
    public static PipePair Create() => Create(static pair => pair.Reader);

    /// <summary>The other way round, for a child's standard input: the write end does not block.</summary>
    public static PipePair CreateForInput() => Create(static pair => pair.Writer);

    /// <summary>Holds up to <see cref="WideBytes"/> from now on, which saves wake-ups, unless the kernel refuses (EPERM: the user has too much in pipes).</summary>
    public void Widen() => _ = Libc.FileControl((int)Writer.DangerousGetHandle(), F_SETPIPE_SZ, WideBytes);

    private static unsafe PipePair Create(Func<PipePair, SafeFileHandle> own)
    {
        var ends = stackalloc int[2];
        LinuxException.ThrowIfFailed(Libc.PipeCreate(ends, O_CLOEXEC), "pipe2");
        var pair = new PipePair(new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
        LinuxException.ThrowIfFailed(Libc.FileControl((int)own(pair).DangerousGetHandle(), F_SETFL, O_NONBLOCK), "fcntl F_SETFL");
        return pair;
    }

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }
}
