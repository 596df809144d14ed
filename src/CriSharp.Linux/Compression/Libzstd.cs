using System.Runtime.InteropServices;

namespace CriSharp.Linux.Compression;

/// <summary>The streaming decompressor of libzstd. https://facebook.github.io/zstd/zstd_manual.html</summary>
internal static unsafe partial class Libzstd
{
    private const string Library = "libzstd.so.1";

    public static bool IsInstalled => NativeLibrary.TryLoad(Library, typeof(Libzstd).Assembly, null, out _);

    [LibraryImport(Library)]
    public static partial nint ZSTD_createDStream();

    [LibraryImport(Library)]
    public static partial nuint ZSTD_freeDStream(nint stream);

    [LibraryImport(Library)]
    public static partial nuint ZSTD_decompressStream(nint stream, OutBuffer* output, InBuffer* input);

    [LibraryImport(Library)]
    public static partial uint ZSTD_isError(nuint code);

    [LibraryImport(Library)]
    public static partial byte* ZSTD_getErrorName(nuint code);

    [StructLayout(LayoutKind.Sequential)]
    public struct InBuffer
    {
        public byte* Source;
        public nuint Size;
        public nuint Position;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct OutBuffer
    {
        public byte* Destination;
        public nuint Size;
        public nuint Position;
    }
}
