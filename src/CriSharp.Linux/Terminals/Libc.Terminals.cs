using System.Runtime.InteropServices;

namespace CriSharp.Linux;

internal static unsafe partial class Libc
{
    internal const nuint TIOCGWINSZ = 0x5413;
    internal const nuint TIOCSWINSZ = 0x5414;
    internal const nuint TIOCGPTPEER = 0x5441;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int TerminalControl(SafeHandle terminal, nuint request, WindowSizeCells* size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int TerminalPeer(SafeHandle terminal, nuint request, nint flags);

    /// <summary>More than any C library's struct termios: only the library itself looks into it.</summary>
    internal const int TermiosBytes = 256;
    internal const int TCSADRAIN = 1;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcgetattr(SafeHandle terminal, byte* attributes);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcsetattr(SafeHandle terminal, int when, byte* attributes);

    [LibraryImport("libc")]
    internal static partial void cfmakeraw(byte* attributes);
}

/// <summary>struct winsize</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WindowSizeCells
{
    internal ushort Rows;
    internal ushort Columns;
    internal ushort XPixels;
    internal ushort YPixels;
}
