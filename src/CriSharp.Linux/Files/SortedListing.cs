using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>
/// The entries of a folder in the order of their names' bytes, whatever the file system's own order is. A folder with more names than are to be kept
/// in memory is read once for each lot of them.
/// </summary>
public static class SortedListing
{
    private const int NamesAtOnce = 100_000;

    /// <param name="directory">Nobody else may read it meanwhile.</param>
    /// <param name="namesAtOnce">How many are kept in memory; at times twice as many.</param>
    public static IEnumerable<DirectoryEntry> Read(SafeFileHandle directory, int namesAtOnce = NamesAtOnce)
    {
        byte[]? last = null;
        while (true)
        {
            var lot = new Lot(last, namesAtOnce);
            lot.Fill(directory);
            foreach (var entry in lot.Entries)
            {
                yield return entry;
            }

            if (lot.IsLast)
            {
                yield break;
            }

            last = lot.Entries[^1].Name;
        }
    }

    private static int Compare(DirectoryEntry left, DirectoryEntry right) => left.Name.AsSpan().SequenceCompareTo(right.Name);

    /// <summary>The first so many names after a certain one.</summary>
    private sealed class Lot(byte[]? after, int limit)
    {
        private byte[]? _bound;

        public List<DirectoryEntry> Entries { get; } = [];

        public bool IsLast => _bound is null;

        public void Fill(SafeFileHandle directory)
        {
            LinuxException.ThrowIfFailed(Libc.lseek(directory, 0, Libc.SEEK_SET), "lseek");
            var some = new List<DirectoryEntry>();
            while (DirectoryListing.ReadSome(directory, some))
            {
                Entries.AddRange(some.Where(entry => IsWithin(entry.Name)));
                some.Clear();
                if (Entries.Count >= limit * 2L)
                {
                    Cut();
                }
            }

            Cut();
        }

        private bool IsWithin(ReadOnlySpan<byte> name) =>
            (after is null || name.SequenceCompareTo(after) > 0) && (_bound is null || name.SequenceCompareTo(_bound) < 0);

        private void Cut()
        {
            Entries.Sort(Compare);
            if (Entries.Count > limit)
            {
                Entries.RemoveRange(limit, Entries.Count - limit);
                _bound = Entries[^1].Name;
            }
        }
    }
}
