namespace CriSharp.Pods.Persistence;

/// <summary>The last answer of each kind, which is given again until something changes: a kubelet asks for the same few lists twice a second.</summary>
/// <param name="kinds">How many there are; they are counted from 0.</param>
internal sealed class KeptAnswers<T>(int kinds)
    where T : class
{
    private readonly Kept?[] _kept = new Kept?[kinds];

    /// <param name="kind">Null: asked too rarely to be kept.</param>
    public T Get(int? kind, ChangeStamp changes, Func<T> make)
    {
        if (kind is not { } number || !changes.TryRead(out var stamp))
        {
            return make();
        }

        if (Volatile.Read(ref _kept[number]) is { } kept && kept.Stamp == stamp)
        {
            return kept.Answer;
        }

        var answer = make();
        Volatile.Write(ref _kept[number], new Kept(stamp, answer));
        return answer;
    }

    private sealed record Kept(long Stamp, T Answer);
}
