using System.Runtime.InteropServices;

namespace CriSharp.Linux;

internal static unsafe partial class Libc
{
    internal const nuint TIOCGWINSZ = 0x5413;
    internal const nuint TIOCSWINSZ = 0x5414;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int TerminalControl(SafeHandle terminal, nuint request, WindowSizeCells* size);
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
