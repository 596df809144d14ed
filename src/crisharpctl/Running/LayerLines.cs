using CriSharp.Admin;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Running;

/// <summary>One line for each layer of a pull: which, what it does, how much of it has come, and how fast.</summary>
internal sealed class LayerLines(TimeProvider time)
{
    private readonly Dictionary<string, (long Begin, long Bytes)> _first = new(StringComparer.Ordinal);

    /// <summary>Those at work first: there may be more layers than rows.</summary>
    public IReadOnlyList<string> Of(PullDocument pull) => [.. pull.Layers.OrderBy(layer => Rank(layer.State)).Select(Line)];

    internal string Line(LayerDocument layer)
    {
        var bytes = layer.State switch
        {
            LayerState.Downloading => $"{ByteSizes.Words(layer.BytesDone)} of {ByteSizes.Words(layer.BytesTotal)}",
            _ => ByteSizes.Words(layer.BytesTotal),
        };
        var rate = layer.State == LayerState.Downloading ? RateOf(layer) : "";
        return $"  {ShortId.Of(layer.Digest)}  {Word(layer.State),-12}  {bytes,-20}  {rate}".TrimEnd();
    }

    private static int Rank(LayerState state) => state switch
    {
        LayerState.Downloading or LayerState.Unpacking => 0,
        LayerState.Waiting => 1,
        _ => 2,
    };

    private static string Word(LayerState state) => state switch
    {
        LayerState.Waiting => "waiting",
        LayerState.Downloading => "downloading",
        LayerState.Unpacking => "unpacking",
        LayerState.Present => "here already",
        _ => "done",
    };

    /// <summary>Since its bytes were first seen; nothing at that moment.</summary>
    private string RateOf(LayerDocument layer)
    {
        if (!_first.TryGetValue(layer.Digest, out var first))
        {
            _first[layer.Digest] = (time.GetTimestamp(), layer.BytesDone);
            return "";
        }

        var seconds = time.GetElapsedTime(first.Begin).TotalSeconds;
        return seconds <= 0 ? "" : $"{ByteSizes.Words((layer.BytesDone - first.Bytes) / seconds)}/s";
    }
}
