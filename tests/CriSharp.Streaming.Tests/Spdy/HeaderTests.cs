using System.Buffers;
using System.IO.Compression;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

public sealed class HeaderTests
{
    [Fact]
    public void Dictionary_WhenSummedUp_IsTheProtocols()
    {
        Assert.Equal(1423, HeaderDictionary.Bytes.Length);
        var (low, high) = (1u, 0u);
        foreach (var value in HeaderDictionary.Bytes)
        {
            low = (low + value) % 65521;
            high = (high + low) % 65521;
        }

        Assert.Equal(HeaderDictionary.Id, (high << 16) | low);
    }

    /// <summary>Bytes of another implementation: two blocks of one compression with the dictionary.</summary>
    [Fact]
    public void Inflate_WithBlocksOfAnotherImplementation_GivesTheirHeaders()
    {
        using var inflater = new HeaderInflater();
        Assert.Equal("error", Inflate(inflater, "78f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff")["streamtype"]);
        Assert.Equal("stdin", Inflate(inflater, "c22e555c92929907000000ffff")["streamtype"]);
        Assert.Equal("stdout", Inflate(inflater, "c22ac5565c92925f5a02000000ffff")["streamtype"]);
    }

    [Fact]
    public void Inflate_ByteByByte_GivesTheSame()
    {
        using var inflater = new HeaderInflater();
        var output = new ArrayBufferWriter<byte>();
        foreach (var value in Convert.FromHexString("78f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff"))
        {
            inflater.Inflate(new[] { value }, output);
        }

        Assert.Equal("error", HeaderBlock.Read(output.WrittenSpan)["streamtype"]);
    }

    [Fact]
    public void Blocks_WhenWrittenAndInflated_AreTheSame()
    {
        var deflater = new HeaderDeflater();
        using var inflater = new HeaderInflater();
        foreach (var length in new[] { 0, 1, 1000, 70_000, 1_000_000 })
        {
            var headers = new Dictionary<string, string> { ["a"] = new('x', length), ["b"] = "one\0two" };
            var block = new ArrayBufferWriter<byte>();
            HeaderBlock.Write(block, headers);
            var compressed = new ArrayBufferWriter<byte>();
            deflater.Write(compressed, block.WrittenSpan);
            var inflated = new ArrayBufferWriter<byte>();
            inflater.Inflate(compressed.WrittenMemory, inflated);
            Assert.Equal(headers, HeaderBlock.Read(inflated.WrittenSpan));
        }
    }

    [Fact]
    public void Inflate_WhenOutputIsABomb_StopsAtTheLimit()
    {
        var bomb = new MemoryStream();
        using (var zlib = new ZLibStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(new byte[256 * 1024 * 1024]);
        }

        using var inflater = new HeaderInflater();
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<SpdyException>(() => inflater.Inflate(bomb.ToArray(), output));
        Assert.InRange(output.Capacity, 0, 3 * HeaderBlock.LongestBlock);
    }

    [Theory]
    // No deflate, a wrong check, another dictionary, a block type that there is not, all after the end.
    [InlineData("79f9e3c6a7c2")]
    [InlineData("78f8e3c6a7c2")]
    [InlineData("78f9e3c6a7c3")]
    [InlineData("780107ffffffff")]
    [InlineData("78010300|0000ffff")]
    public void Inflate_WithWhatIsNoSuchStream_Refuses(string hex)
    {
        using var inflater = new HeaderInflater();
        Assert.Throws<SpdyException>(() =>
        {
            foreach (var part in hex.Split('|'))
            {
                inflater.Inflate(Convert.FromHexString(part), new ArrayBufferWriter<byte>());
            }
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000001")]
    // More than a thousand; a name longer than 1 MiB; longer than the block; upper case; an empty name; bytes behind.
    [InlineData("000003e9")]
    [InlineData("0000000100100001")]
    [InlineData("00000001000000056162")]
    [InlineData("00000001000000014100000000")]
    [InlineData("000000010000000000000000")]
    [InlineData("0000000000")]
    // The same name twice.
    [InlineData("00000002000000016100000000000000016100000000")]
    public void Read_WithWhatIsNoBlock_Refuses(string hex) => Assert.Throws<SpdyException>(() => HeaderBlock.Read(Convert.FromHexString(hex)));

    private static IReadOnlyDictionary<string, string> Inflate(HeaderInflater inflater, string hex)
    {
        var output = new ArrayBufferWriter<byte>();
        inflater.Inflate(Convert.FromHexString(hex), output);
        return HeaderBlock.Read(output.WrittenSpan);
    }
}
