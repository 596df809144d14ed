namespace ConmonSharp;

/// <summary>
/// Keeps what clients leave behind small: the collector alone would wait for megabytes of it, in each of many monitors. A collection of so
/// small a heap takes less than a millisecond.
/// </summary>
internal sealed class GarbageSweep
{
    private const long MuchBytes = 128 * 1024;

    private long _allocatedBytes;

    /// <summary>To be called when a client has gone.</summary>
    public void Check()
    {
        var allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        if (allocatedBytes - _allocatedBytes >= MuchBytes)
        {
            _allocatedBytes = allocatedBytes;
            GC.Collect();
        }
    }
}
