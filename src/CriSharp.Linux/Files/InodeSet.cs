using System.Runtime.InteropServices;

namespace CriSharp.Linux.Files;

/// <summary>Inodes of one file system. Those that a tree is made of lie close together, so that a bit is enough for most.</summary>
internal sealed class InodeSet
{
    private const int BlockInodes = 64;

    /// <summary>A bit for each inode, by the block's number.</summary>
    private readonly Dictionary<ulong, ulong> _blocks = [];

    /// <returns>Whether it is new.</returns>
    public bool Add(ulong inode)
    {
        ref var block = ref CollectionsMarshal.GetValueRefOrAddDefault(_blocks, inode / BlockInodes, out _);
        var bit = 1UL << (int)(inode % BlockInodes);
        var isNew = (block & bit) == 0;
        block |= bit;
        return isNew;
    }
}
