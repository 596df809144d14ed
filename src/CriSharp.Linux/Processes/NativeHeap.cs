using System.Runtime.InteropServices;

namespace CriSharp.Linux.Processes;

/// <summary>How the C library keeps memory that native libraries (OpenSSL, libzstd) have freed. mallopt(3)</summary>
public static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int ArenaCount = -8;
    private const int LargeBytes = 128 * 1024;

    /// <summary>
    /// Gives freed memory back: large blocks at once, small ones from few arenas. By default each thread may keep an arena, and the border
    /// above which blocks are given back rises to 32 MiB with the first large one that is freed.
    /// </summary>
    /// <returns>False: another C library, which has no such settings.</returns>
    public static bool TryKeepSmall()
    {
        try
        {
            return SetOption(ArenaCount, 2) != 0 && SetOption(MapThreshold, LargeBytes) != 0 && SetOption(TrimThreshold, LargeBytes) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
