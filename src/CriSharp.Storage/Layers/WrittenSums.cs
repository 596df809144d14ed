namespace CriSharp.Storage.Layers;

/// <summary>
/// What the files hold that were written, by inode, so that they need not be read again for the layer's checksum.
/// Of so many only, since a layer may have millions; the others are read.
/// </summary>
internal sealed class WrittenSums
{
    public const int Most = 32 * 1024;

    private readonly Dictionary<ulong, ulong> _sums = [];

    public IReadOnlyDictionary<ulong, ulong> ByInode => _sums;

    /// <summary>An inode may have been another file's before, which was removed.</summary>
    public void Set(ulong inode, ulong sum)
    {
        if (_sums.Count < Most || _sums.ContainsKey(inode))
        {
            _sums[inode] = sum;
        }
    }

    public void Forget(ulong inode) => _sums.Remove(inode);
}
