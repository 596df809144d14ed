using System.Runtime.InteropServices;

namespace CriSharp.Linux.Terminals;

/// <summary>Size of a terminal in characters. ioctl_tty(2)</summary>
public readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <param name="terminal">Either side of it.</param>
    /// <exception cref="LinuxException">ENOTTY: it is no terminal.</exception>
    public static unsafe TerminalSize Of(SafeHandle terminal)
    {
        WindowSizeCells size;
        LinuxException.ThrowIfFailed(Libc.TerminalControl(terminal, Libc.TIOCGWINSZ, &size), "ioctl TIOCGWINSZ");
        return new TerminalSize(size.Columns, size.Rows);
    }

    /// <summary>Its foreground programs get SIGWINCH.</summary>
    /// <exception cref="LinuxException">ENOTTY: it is no terminal.</exception>
    public unsafe void ApplyTo(SafeHandle terminal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)Columns, ushort.MaxValue, nameof(Columns));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)Rows, ushort.MaxValue, nameof(Rows));
        var size = new WindowSizeCells { Columns = (ushort)Columns, Rows = (ushort)Rows };
        LinuxException.ThrowIfFailed(Libc.TerminalControl(terminal, Libc.TIOCSWINSZ, &size), "ioctl TIOCSWINSZ");
    }
}
