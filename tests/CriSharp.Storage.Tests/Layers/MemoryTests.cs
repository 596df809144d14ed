using System.Text;
using CriSharp.Oci;
using CriSharp.Storage.Layers;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>What unpacking and packing keep in memory does not grow with the number of entries.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Entries = 6_000;
    private const long BoundBytes = 8 << 20;

    private readonly StoreFixture _stores = new();

    /// <summary>Their paths alone would be 18 MB.</summary>
    [Fact]
    public async Task Unpack_OfManyTinyFilesWithLongNames_KeepsNoneOfThem()
    {
        var tar = new EndlessTar(Entries);
        var record = await _stores.Layers.UnpackAsync(
            new LayerSource { Content = tar, Blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = tar.Digest, SizeBytes = tar.Length }, DiffId = new DiffId(tar.Digest) },
            null,
            CancellationToken.None);
        Assert.Equal(Entries, record.Inodes - EndlessTar.Folders - 1);

        var sink = new HeapWatch();
        var packed = _stores.Layers.Pack(record.DiffId, sink, CancellationToken.None);

        output.WriteLine($"{Entries} entries, {tar.Length >> 20} MiB of tar: {tar.Heap.PeakBytes >> 10} KiB more while unpacking, {sink.PeakBytes >> 10} KiB while packing into {packed.SizeBytes >> 20} MiB");
        Assert.InRange(tar.Heap.PeakBytes, 0, BoundBytes);
        Assert.InRange(sink.PeakBytes, 0, BoundBytes);
    }

    public void Dispose() => _stores.Dispose();

    /// <summary>The live heap over what it was at first, looked at each few MiB.</summary>
    private sealed class HeapWatch : MemoryStream
    {
        private const long EachBytes = 4 << 20;
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private long _next = EachBytes;
        private long _seen;

        public long PeakBytes { get; private set; }

        public void See(long bytes)
        {
            _seen += bytes;
            if (_seen >= _next)
            {
                _next = _seen + EachBytes;
                PeakBytes = Math.Max(PeakBytes, GC.GetTotalMemory(forceFullCollection: true) - _before);
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer) => See(buffer.Length);

        public override void Write(byte[] buffer, int offset, int count) => See(count);
    }

    /// <summary>Made while it is read: empty files, whose long paths come as GNU and as PAX have them.</summary>
    private sealed class EndlessTar : Stream
    {
        public const int Folders = 12;

        private static readonly string Folder = string.Join('/', Enumerable.Range(0, Folders).Select(depth => $"{depth}".PadLeft(240, 'd')));

        private readonly int _entries;
        private byte[] _now = [];
        private int _taken;
        private int _number;

        public EndlessTar(int entries)
        {
            _entries = entries;
            using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            for (var number = 0; number <= entries; number++)
            {
                var entry = Entry(number);
                hash.AppendData(entry);
                Length += entry.Length;
            }

            Digest = Digest.FromHash(hash.GetHashAndReset());
        }

        public Digest Digest { get; }

        public HeapWatch Heap { get; } = new();

        public override long Length { get; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_taken == _now.Length)
            {
                (_now, _taken) = (_number <= _entries ? Entry(_number++) : [], 0);
            }

            var count = Math.Min(buffer.Length, _now.Length - _taken);
            _now.AsSpan(_taken, count).CopyTo(buffer);
            _taken += count;
            Heap.See(count);
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private byte[] Entry(int number)
        {
            if (number == _entries)
            {
                return new byte[1024];
            }

            var path = $"{Folder}/{number}";
            return number % 2 == 0
                ? new TarBuilder().File("short", "", pax: ("path", Encoding.ASCII.GetBytes(path))).Build(terminated: false)
                : new TarBuilder().Extended('L', Encoding.ASCII.GetBytes(path + "\0")).File("short", "").Build(terminated: false);
        }
    }
}
