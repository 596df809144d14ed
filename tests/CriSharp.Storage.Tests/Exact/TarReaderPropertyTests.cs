using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport.Fuzzing;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>What holds of the tar reader for any archive. Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.</summary>
public sealed class TarReaderPropertyTests(ITestOutputHelper output) : IDisposable
{
    private static readonly LayerLimits Limits = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-reader-").FullName;

    public static TheoryData<string> Formats => [.. ArchiveFormat.All.Keys];

    /// <summary>At every byte: an error, or, where an entry ends, the archive without what follows; the layer's digest tells that one.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Read_OfATruncatedArchive_IsAnErrorUnlessAnEntryEndsThere(string format)
    {
        var tar = await ArchiveAsync(ArchiveFormat.All[format]);
        var whole = MemorySource.ReadAll(tar, Limits);
        var silent = 0;
        for (var length = 1; length < tar.Length - 1024; length++)
        {
            try
            {
                var entries = MemorySource.ReadAll(tar.AsMemory(0, length), Limits);
                Assert.True(length % 512 == 0 && entries.Count < whole.Count, $"truncated at {length}, and nothing was said");
                silent++;
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }

        Assert.InRange(silent, 1, whole.Count);
    }

    [Fact]
    public async Task Read_OfAMutatedArchive_EndsOrIsMalformed()
    {
        var archives = new List<byte[]>();
        foreach (var format in ArchiveFormat.All.Values)
        {
            archives.Add(await ArchiveAsync(format));
        }

        byte[][] names = [.. new[] { "../x", "/", "", "a", "a/b", new('n', 100) }.Select(Encoding.ASCII.GetBytes)];
        var malformed = 0;
        output.WriteLine(FuzzRun.Each(cases: 3000, random =>
        {
            var archive = archives[random.Next(archives.Count)];
            var mutated = new RandomTar(archive, random, names).Mutate(random.Next(1, 20));
            try
            {
                MemorySource.ReadAll(mutated, Limits, blockBytes: random.Next(1, 2000));
            }
            catch (InvalidDataException)
            {
                malformed++;
            }
        }) + $", {malformed} malformed");
    }

    [Fact]
    public void Read_OfNoise_IsMalformed() => output.WriteLine(FuzzRun.Each(cases: 3000, random =>
    {
        var noise = new byte[random.Next(1, 5000)];
        random.NextBytes(noise);
        Assert.Throws<InvalidDataException>(() => MemorySource.ReadAll(noise, Limits));
    }));

    [Fact]
    public void Read_OfExtendedHeadersOfAnyBytes_EndsOrIsMalformed() => output.WriteLine(FuzzRun.Each(cases: 3000, random =>
    {
        string[] keys = ["path", "linkpath", "size", "uid", "gid", "mtime", "SCHILY.xattr.user.x", "GNU.sparse.map", "GNU.sparse.size", "GNU.sparse.major", "GNU.sparse.offset", "GNU.sparse.numbytes", "GNU.sparse.name", ""];
        string[] values = ["", "0", "1", "-1", "1.5", "-.5", ".", "-", "9223372036854775807", "9223372036854775808", "1e5", " 1", "0,1", ",,", "0,0,0", "1,0,1", "a/b", "\0", "\n", "=", "1.99999999999999999999"];
        var tar = new TarBuilder()
            .Pax(random.Next(8) == 0 ? 'g' : 'x', [.. Enumerable.Range(0, random.Next(5)).Select(_ => (keys[random.Next(keys.Length)], Encoding.UTF8.GetBytes(values[random.Next(values.Length)])))])
            .File("f", new string('0', random.Next(1000)));
        try
        {
            MemorySource.ReadAll(tar.Build(), Limits);
        }
        catch (InvalidDataException)
        {
            // As documented.
        }
    }));

    [Fact]
    public void Read_OfWhatWasWritten_IsThat() => output.WriteLine(PropertyRun.Each(cases: 20, Entries(), written =>
    {
        var tar = new TarBuilder();
        foreach (var entry in written)
        {
            entry.Write(tar);
        }

        var read = MemorySource.ReadAll(tar.Build(), Limits, blockBytes: 777);
        Assert.Equal(written.Select(entry => entry.ToString()), read.Select(entry => Written.Of(entry.Entry, entry.Data).ToString()));
    }));

    public void Dispose() => TreeRemoval.Remove(_folder);

    private static Gen<Written[]> Entries()
    {
        var bytes = Gen.Choose(1, 255).Select(value => (byte)value).ArrayOf();
        var name = bytes.Where(text => text.Length is > 0 and < 4000);
        var kind = Gen.Elements(TarEntryKind.Regular, TarEntryKind.Directory, TarEntryKind.SymbolicLink, TarEntryKind.HardLink, TarEntryKind.Fifo, TarEntryKind.CharacterDevice, TarEntryKind.BlockDevice);
        var number = Gen.OneOf(Gen.Choose(0, int.MaxValue).Select(value => (long)value), Gen.Choose(0, 5000).Select(value => (long)value), Gen.Constant((long)uint.MaxValue - 1));
        var seconds = Gen.OneOf(Gen.Choose(int.MinValue, int.MaxValue).Select(value => (long)value * 7), Gen.Choose(-3, 3).Select(value => (long)value));
        return (from theKind in kind
                from path in name
                from link in name
                from mode in Gen.Choose(0, 0xFFF)
                from user in number
                from groupId in number
                from second in seconds
                from nanosecond in Gen.Choose(0, 999_999_999)
                from content in bytes
                from value in bytes
                from hasAttribute in Gen.Elements(true, false)
                select new Written(theKind, path, link, mode, user, groupId, new FileTime(second, (uint)nanosecond), content, hasAttribute ? value : null)).ArrayOf();
    }

    private async Task<byte[]> ArchiveAsync(ArchiveFormat format)
    {
        for (var seed = 1; ; seed++)
        {
            var original = Directory.CreateDirectory(Path.Combine(_folder, "tree")).FullName;
            using (var tree = new RandomTree(new Random(seed), format))
            {
                tree.Make(original, entries: 6);
            }

            // Data enough for borders within it, and holes.
            await Shell.RunAsync("head -c 1500 /dev/urandom > data; truncate -s 10000 holes; printf x >> holes; " + format.Command, original, ("ARCHIVE", Path.Combine(_folder, "archive.tar")));
            TreeRemoval.Remove(original);
            var tar = await File.ReadAllBytesAsync(Path.Combine(_folder, "archive.tar"));
            // Archivers fill up to their own block's size.
            var end = tar.AsSpan().LastIndexOfAnyExcept((byte)0) / 512 * 512 + 512;
            if (end < 40_000)
            {
                return tar[..(end + 1024)];
            }
        }
    }

    private sealed record Written(TarEntryKind Kind, byte[] Path, byte[] Link, int Mode, long User, long Group, FileTime Time, byte[] Content, byte[]? Attribute)
    {
        public static Written Of(TarEntry entry, byte[] data) => new(
            entry.Kind, entry.Path, entry.LinkTarget, entry.Mode, entry.UserId, entry.GroupId, entry.ModifiedAt, data, entry.Attributes is [var (_, value)] ? value : null);

        public void Write(TarBuilder tar)
        {
            var isWhole = Time.Nanoseconds == 0 || Time.Seconds >= 0;
            var mtime = isWhole ? $"{Time.Seconds}.{Time.Nanoseconds:d9}" : $"-{-(Time.Seconds + 1)}.{1_000_000_000 - Time.Nanoseconds:d9}";
            List<(string, byte[])> pax = [("path", Path), ("uid", Text(User)), ("gid", Text(Group)), ("mtime", Encoding.ASCII.GetBytes(mtime))];
            if (Kind is TarEntryKind.SymbolicLink or TarEntryKind.HardLink)
            {
                pax.Add(("linkpath", Link));
            }

            if (Attribute is not null)
            {
                pax.Add(("SCHILY.xattr.user.x", Attribute));
            }

            tar.Entry("0521346"[(int)Kind], "short", Kind == TarEntryKind.Regular ? Content : null, mode: Mode, pax: [.. pax]);
        }

        public override string ToString()
        {
            var isLink = Kind is TarEntryKind.SymbolicLink or TarEntryKind.HardLink;
            // A slash at the end of a file's name makes it a folder: v7 has no other way.
            var isFolder = Kind == TarEntryKind.Directory || (Kind == TarEntryKind.Regular && Path[^1] == '/');
            return $"{(isFolder ? TarEntryKind.Directory : Kind)} {Hex(Path)} {(isLink ? Hex(Link) : "")} {Mode} {User} {Group} {Time} {(Kind == TarEntryKind.Regular && !isFolder ? Hex(Content) : "")} {(Attribute is null ? "none" : Hex(Attribute))}";
        }

        private static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

        private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
    }
}
