using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Polling;

/// <summary>Signals as bytes to read: signalfd(2). For a program whose only threads are its own and the runtime's finalizer.</summary>
public sealed unsafe class SignalDescriptor : IDisposable
{
    private const int SignalInfoBytes = 128;
    private const nint SIG_IGN = 1;

    private SignalDescriptor(SafeFileHandle handle) => Handle = handle;

    /// <summary>Readable while a signal is pending.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Blocks the signals in every thread and takes them from now on.</summary>
    public static SignalDescriptor Open(params ReadOnlySpan<int> signals)
    {
        var set = stackalloc byte[Libc.SignalSetBytes];
        Fill(set, signals);
        Block(set);
        BlockOnFinalizerThread(signals.ToArray());
        var handle = Libc.SignalDescriptor(-1, set, Libc.SFD_CLOEXEC | Libc.SFD_NONBLOCK);
        return handle.IsInvalid ? throw LinuxException.Last("signalfd") : new SignalDescriptor(handle);
    }

    /// <summary>A child started by posix_spawn with default signals does not inherit this.</summary>
    public static void Ignore(int signal)
    {
        if (Libc.SignalHandler(signal, SIG_IGN) == -1)
        {
            throw LinuxException.Last("signal", $"{signal}");
        }
    }

    /// <returns>The number of a signal that was pending; 0: none is.</returns>
    public int TryRead()
    {
        var read = stackalloc byte[SignalInfoBytes];
        var count = DescriptorTransfer.Read(Handle, new Span<byte>(read, SignalInfoBytes));
        return count switch
        {
            SignalInfoBytes => *(int*)read,
            -Errno.EAGAIN => 0,
            _ => throw new LinuxException("read of a signalfd", null, -count),
        };
    }

    public void Dispose() => Handle.Dispose();

    private static void Fill(void* set, ReadOnlySpan<int> signals)
    {
        _ = Libc.SignalSetEmpty(set);
        foreach (var signal in signals)
        {
            _ = Libc.SignalSetAdd(set, signal);
        }
    }

    private static void Block(void* set)
    {
        var error = Libc.ThreadSignalMask(Libc.SIG_BLOCK, set, null);
        if (error != 0)
        {
            throw new LinuxException("pthread_sigmask", null, error);
        }
    }

    // The runtime's finalizer thread exists before Main and has its own mask: a signal that one thread accepts is delivered there,
    // and SIGCHLD then vanishes, its default being to be ignored. A finalizer is the one piece of our code that runs on that thread.
    private static void BlockOnFinalizerThread(int[] signals)
    {
        MakeMaskSetter(signals);
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // In a frame of its own, so that no register keeps the object alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeMaskSetter(int[] signals) => _ = new MaskSetter(signals);

    private sealed class MaskSetter(int[] signals)
    {
        ~MaskSetter()
        {
            var set = stackalloc byte[Libc.SignalSetBytes];
            Fill(set, signals);
            _ = Libc.ThreadSignalMask(Libc.SIG_BLOCK, set, null);
        }
    }
}
