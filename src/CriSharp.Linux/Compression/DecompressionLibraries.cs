namespace CriSharp.Linux.Compression;

/// <summary>Which libraries for compressed layers this machine has.</summary>
public static class DecompressionLibraries
{
    /// <summary>libzstd: without it layers that are compressed with zstd can't be read.</summary>
    public static bool HasZstd => Libzstd.IsInstalled;

    /// <summary>ISA-L: without it gzip costs two thirds more.</summary>
    public static bool HasIsal => Libisal.IsInstalled;
}
