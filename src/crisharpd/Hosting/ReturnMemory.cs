using CriSharp.Linux.Memory;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Gives back to the machine what a burst of work took from the heap, and the pages of the program that it used: by itself the collector keeps it as long as the machine has memory left.
/// Compacting the heap stops the daemon for some milliseconds, so it is done only where enough was allocated since, and nothing while images are pulled.
/// </summary>
internal static class ReturnMemory
{
    private const long WorthBytes = 16 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PagesPeriod = TimeSpan.FromSeconds(45);

    /// <summary>Goes on until the daemon stops.</summary>
    public static async Task RunAsync(Func<bool> isBusy, ILogger log, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        // Starting is such a burst.
        var (trimmedAt, pagesAt) = (-WorthBytes, Environment.TickCount64);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (isBusy())
            {
                continue;
            }

            var isWorth = GC.GetTotalAllocatedBytes() - trimmedAt >= WorthBytes;
            if (isWorth)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                trimmedAt = GC.GetTotalAllocatedBytes();
            }

            if (isWorth || Environment.TickCount64 - pagesAt >= PagesPeriod.TotalMilliseconds)
            {
                GiveBackPages(log);
                pagesAt = Environment.TickCount64;
            }
        }
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
