using CriSharp.Linux.Memory;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Gives back to the machine what a burst of work took from the heap, and the pages of the program that it used: by itself the collector keeps it as long as the machine has memory left.
/// Each time stops the daemon for some milliseconds, so it is done only where enough was allocated since, and not while images are pulled.
/// </summary>
internal static class ReturnMemory
{
    private const long WorthBytes = 16 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Goes on until the daemon stops.</summary>
    public static async Task RunAsync(Func<bool> isBusy, ILogger log, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        // Starting is such a burst.
        var trimmedAt = -WorthBytes;
        do
        {
            if (GC.GetTotalAllocatedBytes() - trimmedAt >= WorthBytes && !isBusy())
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GiveBackPages(log);
                trimmedAt = GC.GetTotalAllocatedBytes();
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private static void GiveBackPages(ILogger log)
    {
        try
        {
            OwnProgram.GiveBackPages();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            log.KeepsPages(failure.Message);
        }
    }
}
