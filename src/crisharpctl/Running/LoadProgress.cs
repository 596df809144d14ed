using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Running;

/// <summary>How much of an archive has been sent, drawn in place; nothing where nobody watches.</summary>
/// <param name="totalBytes">Null: unknown.</param>
internal sealed class LoadProgress(Surroundings surroundings, long? totalBytes) : IProgress<long>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private readonly LiveLines _live = new(surroundings.Error, surroundings.ErrorTerminalSize);
    private long _drawnAt;

    public void Report(long value)
    {
        var isWhole = value == totalBytes;
        if (!surroundings.ErrorIsTerminal || (!isWhole && _drawnAt != 0 && surroundings.Time.GetElapsedTime(_drawnAt) < Interval))
        {
            return;
        }

        _drawnAt = surroundings.Time.GetTimestamp();
        _live.Draw([Line(value, totalBytes)]);
    }

    public void Clear() => _live.Clear();

    internal static string Line(long sent, long? total) => total switch
    {
        null or 0 => $"loading: {ByteSizes.Words(sent)} sent",
        _ when sent == total => $"loading: {ByteSizes.Words(sent)} sent, unpacking",
        _ => $"loading: {100 * sent / total}%, {ByteSizes.Words(sent)} of {ByteSizes.Words(total.Value)} sent",
    };
}
