namespace CriSharp.Pods.Persistence;

/// <summary>
/// Tells whether anything has changed: what was made of things after <see cref="TryRead"/> gave a stamp holds as long as it gives the same one.
/// Whoever changes a thing holds <see cref="Begin"/> from before the change can be seen until after it: so there is no moment at which somebody knows of
/// a change and the stamp is still the old one.
/// </summary>
internal sealed class ChangeStamp
{
    private int _underWay;
    private long _done;

    /// <returns>The change ends when it is disposed of.</returns>
    public Change Begin()
    {
        Interlocked.Increment(ref _underWay);
        return new Change(this);
    }

    /// <returns>False while something changes: what is made now holds for this moment alone.</returns>
    public bool TryRead(out long stamp)
    {
        // In this order: a change that is not under way any more is among those that are done.
        var isQuiet = Volatile.Read(ref _underWay) == 0;
        stamp = Volatile.Read(ref _done);
        return isQuiet;
    }

    internal readonly ref struct Change(ChangeStamp stamp)
    {
        public void Dispose()
        {
            Interlocked.Increment(ref stamp._done);
            Interlocked.Decrement(ref stamp._underWay);
        }
    }
}
