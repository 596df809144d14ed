using System.IO.Pipelines;
using CriSharp.Linux.Compression;

namespace CriSharp.Storage.Layers;

/// <summary>How a blob is compressed, told by its first bytes: media types are wrong too often.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

internal static class CompressionDetection
{
    private const int MagicBytes = 6;

    /// <summary>Looks at the first bytes without taking them.</summary>
    public static async Task<Compression> DetectAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var result = await reader.ReadAtLeastAsync(MagicBytes, cancellationToken);
        var magic = new byte[Math.Min(MagicBytes, result.Buffer.Length)];
        System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, magic.Length), magic);
        reader.AdvanceTo(result.Buffer.Start);
        return Detect(magic);
    }

    public static Compression Detect(ReadOnlySpan<byte> start) => start switch
    {
        [0x1f, 0x8b, ..] => Compression.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression.Zstd,
        [0x50 or 0x51 or 0x52 or 0x53 or 0x54 or 0x55 or 0x56 or 0x57 or 0x58 or 0x59 or 0x5a or 0x5b or 0x5c or 0x5d or 0x5e or 0x5f, 0x2a, 0x4d, 0x18, ..] => Compression.Zstd,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => Compression.Bzip2,
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => Compression.Xz,
        _ => Compression.None,
    };

    /// <exception cref="NotSupportedException">A compression that we have no code for.</exception>
    public static Stream Open(Compression compression, Stream blob) => compression switch
    {
        Compression.None => blob,
        Compression.Gzip => Gzip.Open(blob),
        Compression.Zstd => new ZstdStream(blob),
        _ => throw new NotSupportedException($"the layer is compressed with {compression}; gzip, zstd and no compression are supported"),
    };
}
