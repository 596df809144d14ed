using System.Runtime.InteropServices;

namespace CriSharp.Linux.Compression;

/// <summary>The streaming inflate of ISA-L, which costs 0.6 of zlib's. https://github.com/intel/isa-l/blob/master/include/igzip_lib.h</summary>
internal static unsafe partial class Libisal
{
    private const string Library = "libisal.so.2";

    /// <summary>
    /// crc_flag: the trailer is verified. The header is not the library's to read: where it comes in portions, what has been read of it lies on the stack
    /// between two calls.
    /// </summary>
    public const uint GzipWithoutHeader = 6;

    /// <summary>block_state: all of a member is out.</summary>
    public const uint Finished = 5;

    /// <summary>Whether it can be loaded; looked for once.</summary>
    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, typeof(Libisal).Assembly, null, out _);

    [LibraryImport(Library)]
    public static partial void isal_inflate_init(InflateState* state);

    [LibraryImport(Library)]
    public static partial void isal_inflate_reset(InflateState* state);

    [LibraryImport(Library)]
    public static partial int isal_inflate(InflateState* state);

    /// <summary>struct inflate_state: what is ours to set and to read of it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = Bytes)]
    public struct InflateState
    {
        // 87,496 in 2.30; what a later release adds at its end finds room.
        public const int Bytes = 128 * 1024;

        [FieldOffset(0)]
        public byte* NextOut;

        [FieldOffset(8)]
        public uint AvailableOut;

        [FieldOffset(16)]
        public byte* NextIn;

        [FieldOffset(32)]
        public uint AvailableIn;

        [FieldOffset(21160)]
        public uint BlockState;

        [FieldOffset(21172)]
        public uint ChecksumFlag;
    }
}
