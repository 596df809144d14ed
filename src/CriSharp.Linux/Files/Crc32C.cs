using System.Buffers.Binary;
using System.Numerics;

namespace CriSharp.Linux.Files;

/// <summary>CRC-32C (Castagnoli), as btrfs, ext4 and xfs guard their own records. The processor computes it: no library is loaded for it. RFC 3720, B.4</summary>
internal static class Crc32C
{
    public const uint Start = uint.MaxValue;

    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    public static uint Finish(uint crc) => ~crc;
}
