using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Terminals;

/// <summary>
/// The side of a pseudoterminal that programs have. While it is held here the master is not hung up, though all of them close theirs: systemd
/// does so for moments. pty(7), ioctl_tty(2)
/// </summary>
public static class TerminalPeer
{
    /// <summary>Opens it by its master alone, wherever it is mounted.</summary>
    /// <returns>Null where the kernel can't.</returns>
    public static SafeFileHandle? TryOpen(SafeFileHandle master)
    {
        var flags = OpenFlagsLayout.ForKernel(OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        var number = Libc.TerminalPeer(master, Libc.TIOCGPTPEER, flags);
        return number < 0 ? null : new SafeFileHandle(number, ownsHandle: true);
    }
}
