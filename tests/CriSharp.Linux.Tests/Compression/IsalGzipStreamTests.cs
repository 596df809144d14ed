using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using CriSharp.Linux.Compression;
using CriSharp.Linux.Tests.Headers;

namespace CriSharp.Linux.Tests.Compression;

/// <summary>ISA-L, beside the gzip of .NET.</summary>
public sealed class IsalGzipStreamTests
{
    // tests/run installs it.
    public IsalGzipStreamTests() => Assert.True(DecompressionLibraries.HasIsal, "libisal.so.2 is not installed");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64 * 1024)]
    public void Read_OfAnything_GivesWhatWasCompressed(int chunk)
    {
        var random = new Random(chunk);
        foreach (var level in new[] { CompressionLevel.NoCompression, CompressionLevel.Fastest, CompressionLevel.SmallestSize })
        {
            foreach (var length in new[] { 0, 1, 100, 70_000, 300_000 })
            {
                var text = Text(random, length);
                Assert.Equal(text, ReadAll(Compress(text, level), chunk));
            }
        }
    }

    [Fact]
    public void Read_OfAHeaderWithAllFields_SkipsThem()
    {
        var plain = Compress("hello"u8.ToArray(), CompressionLevel.Optimal);
        foreach (var chunk in new[] { 1, 3, 11, 17, 23, 1000 })
        {
            byte[] header = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 5, 0, .. "extra"u8, .. "name\0"u8, .. "a comment\0"u8, 1, 2];
            Assert.Equal("hello"u8.ToArray(), ReadAll([.. header, .. plain.AsSpan(10)], chunk));
        }
    }

    [Fact]
    public void Read_OfSeveralMembers_GoesOn_AndWhatFollowsIsLeftOut()
    {
        byte[] two = [.. Compress("one "u8.ToArray(), CompressionLevel.Fastest), .. Compress([], CompressionLevel.Fastest), .. Compress("two"u8.ToArray(), CompressionLevel.Fastest)];
        foreach (var tail in new byte[][] { [], [0], [0, 0, 0, 0], [0x1f], "garbage"u8.ToArray() })
        {
            Assert.Equal("one two", Encoding.ASCII.GetString(ReadAll([.. two, .. tail], 1)));
            Assert.Equal("one two", Encoding.ASCII.GetString(ReadAll([.. two, .. tail], 1000)));
        }
    }

    [Fact]
    public void Read_OfWhatIsCutOff_IsRefusedAtEachByte()
    {
        var whole = Compress(Text(new Random(5), 900), CompressionLevel.Optimal);
        for (var length = 1; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ReadAll(whole[..length], 1000));
        }
    }

    [Fact]
    public void Read_OfDamagedBytes_IsRefusedUnlessAllIsStillThere()
    {
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var text = Text(random, random.Next(2000));
            var bytes = Compress(text, (CompressionLevel)random.Next(4));
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(10, bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            var (ours, other) = (TryRead(() => ReadAll(bytes, 512)), TryRead(() => ReadByOther(bytes)));
            // The other takes input that ends too early for an end.
            var whole = Convert.ToHexString(text);
            Assert.Equal(other == whole ? whole : "refused", ours);
        }
    }

    [Fact]
    public async Task State_HasItsFieldsWhereTheHeaderSays()
    {
        var expected = new Dictionary<string, long>
        {
            ["offsetof(struct inflate_state, next_out)"] = OffsetOf(nameof(Libisal.InflateState.NextOut)),
            ["offsetof(struct inflate_state, avail_out)"] = OffsetOf(nameof(Libisal.InflateState.AvailableOut)),
            ["offsetof(struct inflate_state, next_in)"] = OffsetOf(nameof(Libisal.InflateState.NextIn)),
            ["offsetof(struct inflate_state, avail_in)"] = OffsetOf(nameof(Libisal.InflateState.AvailableIn)),
            ["offsetof(struct inflate_state, block_state)"] = OffsetOf(nameof(Libisal.InflateState.BlockState)),
            ["offsetof(struct inflate_state, crc_flag)"] = OffsetOf(nameof(Libisal.InflateState.ChecksumFlag)),
            [$"sizeof(struct inflate_state) <= {Libisal.InflateState.Bytes}"] = 1,
            ["ISAL_GZIP_NO_HDR_VER"] = Libisal.GzipWithoutHeader,
            ["ISAL_BLOCK_FINISH"] = Libisal.Finished,
        };
        var program = new CProgram("isa-l/igzip_lib.h");
        foreach (var expression in expected.Keys)
        {
            program.Add(expression);
        }

        Assert.Equal(expected, await program.RunAsync());
    }

    private static long OffsetOf(string field) => Marshal.OffsetOf<Libisal.InflateState>(field);

    private static byte[] Text(Random random, int length)
    {
        var text = new byte[length];
        for (var index = 0; index < length; index++)
        {
            // Repeats near and far, and noise.
            text[index] = random.Next(5) switch
            {
                0 => (byte)random.Next(256),
                1 when index > 40_000 => text[index - random.Next(30_000, 32_768)],
                _ => index > 20 ? text[index - 1 - random.Next(20)] : (byte)'a',
            };
        }

        return text;
    }

    private static byte[] Compress(byte[] text, CompressionLevel level)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, level, leaveOpen: true))
        {
            gzip.Write(text);
        }

        // Nothing written is no member to .NET.
        return output.Length > 0 ? output.ToArray() : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private static byte[] ReadAll(byte[] compressed, int chunk)
    {
        using var stream = new IsalGzipStream(new ChunkedStream(compressed, chunk));
        using var output = new MemoryStream();
        stream.CopyTo(output, Math.Max(1, chunk / 2));
        return output.ToArray();
    }

    private static byte[] ReadByOther(byte[] compressed)
    {
        using var stream = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    private static string TryRead(Func<byte[]> read)
    {
        try
        {
            return Convert.ToHexString(read());
        }
        catch (InvalidDataException)
        {
            return "refused";
        }
    }

    /// <summary>Gives a few bytes at a time, as networks do.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(chunk, buffer.Length)]);
    }
}
