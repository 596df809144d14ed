using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Terminals;

/// <summary>A terminal that hands on each key as it is, until this is disposed of: then it is as it was. termios(3)</summary>
public sealed unsafe class RawTerminal : IDisposable
{
    private readonly SafeFileHandle _terminal;
    private readonly byte[] _before;
    private int _isRestored;

    private RawTerminal(SafeFileHandle terminal, byte[] before) => (_terminal, _before) = (terminal, before);

    /// <param name="terminal">Not owned; it has to stay open.</param>
    /// <exception cref="LinuxException">ENOTTY: it is no terminal.</exception>
    public static RawTerminal Enter(SafeFileHandle terminal)
    {
        var before = new byte[Libc.TermiosBytes];
        var raw = new byte[Libc.TermiosBytes];
        fixed (byte* attributes = before)
        {
            LinuxException.ThrowIfFailed(Libc.tcgetattr(terminal, attributes), "tcgetattr");
        }

        before.CopyTo(raw.AsSpan());
        fixed (byte* attributes = raw)
        {
            Libc.cfmakeraw(attributes);
            LinuxException.ThrowIfFailed(Libc.tcsetattr(terminal, Libc.TCSADRAIN, attributes), "tcsetattr");
        }

        return new RawTerminal(terminal, before);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isRestored, 1) != 0)
        {
            return;
        }

        // A terminal that has gone has no state to go back to.
        fixed (byte* attributes = _before)
        {
            _ = Libc.tcsetattr(_terminal, Libc.TCSADRAIN, attributes);
        }
    }
}
