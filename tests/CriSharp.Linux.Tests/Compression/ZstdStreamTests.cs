using System.Diagnostics;
using CriSharp.Linux.Compression;

namespace CriSharp.Linux.Tests.Compression;

/// <summary>Against what zstd(1) makes.</summary>
public sealed class ZstdStreamTests
{
    private static readonly byte[] SkippableFrame = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];

    [Theory]
    [InlineData(0, "-3")]
    [InlineData(1, "-3")]
    [InlineData(128 * 1024, "-3")]
    [InlineData(3_000_000, "-1")]
    [InlineData(3_000_000, "-19")]
    [InlineData(3_000_000, "--ultra -22")]
    public async Task Bytes_ComeBack(int count, string level)
    {
        var content = Content(count);
        Assert.Equal(content, Decompress(await CompressAsync(content, level)));
    }

    [Fact]
    public async Task Frames_OneAfterTheOther_AreOneStream_AndSkippableOnesAreLeftOut()
    {
        var (first, second) = (Content(200_000), Content(70_001));
        byte[] blob = [.. SkippableFrame, .. await CompressAsync(first, "-3"), .. SkippableFrame, .. await CompressAsync(second, "-9"), .. SkippableFrame];
        Assert.Equal((byte[])[.. first, .. second], Decompress(blob));
        Assert.Equal((byte[])[.. first, .. second], Decompress(blob, atMost: 1));
    }

    [Fact]
    public async Task Blob_CutAnywhere_IsToldAsTruncated()
    {
        var blob = await CompressAsync(Content(5000), "-3");
        for (var length = 1; length < blob.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Decompress(blob[..length]));
        }
    }

    [Fact]
    public async Task Blob_WithAFlippedByte_IsRefusedOrOfTheSameLength()
    {
        var content = Content(5000);
        var blob = await CompressAsync(content, "-3 --check");
        for (var position = 0; position < blob.Length; position++)
        {
            var flipped = (byte[])blob.Clone();
            flipped[position] ^= 0x40;
            try
            {
                Assert.Equal(content, Decompress(flipped));
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }
    }

    /// <summary>A frame of one raw byte whose header asks for a window of 2 to the power of (10 + exponent).</summary>
    [Theory]
    [InlineData(17, true)]
    [InlineData(18, false)]
    [InlineData(31, false)]
    public void Window_LargerThan128MiB_IsRefused(int exponent, bool isFine)
    {
        byte[] blob = [0x28, 0xb5, 0x2f, 0xfd, 0, (byte)(exponent << 3), 9, 0, 0, (byte)'A'];
        if (isFine)
        {
            Assert.Equal("A"u8.ToArray(), Decompress(blob));
            return;
        }

        var failure = Assert.Throws<InvalidDataException>(() => Decompress(blob));
        Assert.Contains("memory", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Half of it compresses well.</summary>
    private static byte[] Content(int count)
    {
        var content = new byte[count];
#pragma warning disable CA5394 // Reproducible, not secret.
        new Random(count).NextBytes(content.AsSpan(count / 2));
#pragma warning restore CA5394
        return content;
    }

    /// <summary>As a pipe gives it: in pieces of any size.</summary>
    private static byte[] Decompress(byte[] blob, int atMost = 4000)
    {
        using var zstd = new ZstdStream(new Pieces(blob, atMost));
        using var bytes = new MemoryStream();
        zstd.CopyTo(bytes, 50_000);
        return bytes.ToArray();
    }

    private static async Task<byte[]> CompressAsync(byte[] content, string options)
    {
        using var zstd = Process.Start(new ProcessStartInfo("zstd", $"-q -c {options}") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        var reading = zstd.StandardOutput.BaseStream.CopyToAsync(output);
        await zstd.StandardInput.BaseStream.WriteAsync(content);
        zstd.StandardInput.Close();
        await reading;
        await zstd.WaitForExitAsync();
        return output.ToArray();
    }

    private sealed class Pieces(byte[] bytes, int atMost) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atMost));
    }
}
