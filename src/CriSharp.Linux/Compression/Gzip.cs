using System.IO.Compression;

namespace CriSharp.Linux.Compression;

/// <summary>Decompresses gzip by what this machine has: ISA-L where it is installed, else .NET's own zlib.</summary>
public static class Gzip
{
    /// <summary>Concatenated members are read as one stream, as gzip(1) does.</summary>
    /// <param name="compressed">Left open.</param>
    public static Stream Open(Stream compressed) =>
        DecompressionLibraries.HasIsal ? new IsalGzipStream(compressed) : new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
}
