using System.Buffers.Binary;
using System.Diagnostics;

namespace CriSharp.Daemon.Tracing;

/// <summary>Which spans are recorded: as the caller has decided, else a share of the traces that begin here.</summary>
/// <param name="ratePerMillion">0: only what callers ask for.</param>
internal sealed class SpanSampling(int ratePerMillion)
{
    private const int Million = 1_000_000;

    public ActivitySamplingResult Decide(ref ActivityCreationOptions<ActivityContext> span)
    {
        var isWanted = span.Parent.TraceId == default ? IsInShare(span.TraceId) : span.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        if (isWanted)
        {
            return ActivitySamplingResult.AllDataAndRecorded;
        }

        // The first span of a trace that is not wanted is made all the same: those below it learn from it that they are not.
        return span.Parent.TraceId == default || span.Parent.IsRemote ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None;
    }

    /// <summary>By the id, so that all who see the trace would decide alike.</summary>
    private bool IsInShare(ActivityTraceId trace)
    {
        Span<byte> bytes = stackalloc byte[16];
        trace.CopyTo(bytes);
        var random = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return random % Million < (ulong)ratePerMillion;
    }
}
