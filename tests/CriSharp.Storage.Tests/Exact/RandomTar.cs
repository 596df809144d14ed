using System.Text;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// An archive as pieces that can be changed one by one: each is a header with its data. It begins as what an archiver wrote, and then somebody evil has it.
/// </summary>
internal sealed class RandomTar
{
    private readonly List<byte[]> _pieces = [];
    private readonly Random _random;
    private readonly byte[][] _names;

    /// <param name="names">That headers may get: whiteouts, ways out, and folders of the host.</param>
    public RandomTar(ReadOnlySpan<byte> tar, Random random, byte[][] names)
    {
        (_random, _names) = (random, names);
        while (!tar.IsEmpty && tar[0] != 0)
        {
            var bytes = 512;
            // An old sparse map goes on in blocks that no size counts.
            for (var goesOn = tar[156] == 'S' && tar[482] != 0; goesOn; bytes += 512)
            {
                goesOn = tar[bytes + 504] != 0;
            }

            bytes += (int)((Size(tar) + 511) / 512 * 512);
            _pieces.Add(tar[..bytes].ToArray());
            tar = tar[bytes..];
        }
    }

    public byte[] Mutate(int changes)
    {
        for (var i = 0; i < changes; i++)
        {
            Change();
        }

        var tar = new MemoryStream();
        _pieces.ForEach(piece => tar.Write(piece));
        tar.Write(new byte[_random.Next(4) == 0 ? _random.Next(1500) : 1024]);
        return tar.ToArray();
    }

    private static long Size(ReadOnlySpan<byte> header) => (header[124] & 0x80) != 0
        ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(header.Slice(128, 8))
        : Convert.ToInt64(Encoding.ASCII.GetString(header.Slice(124, 11)).TrimEnd('\0', ' '), 8);

    private void Change()
    {
        if (_pieces.Count == 0)
        {
            return;
        }

        var at = _random.Next(_pieces.Count);
        var other = _random.Next(_pieces.Count);
        switch (_random.Next(14))
        {
            case 0:
                _pieces.RemoveAt(at);
                break;
            case 1 or 2:
                _pieces.Insert(at, (byte[])_pieces[other].Clone());
                break;
            case 3:
                (_pieces[at], _pieces[other]) = (_pieces[other], _pieces[at]);
                break;
            case 4 or 5:
                _pieces.Insert(at, Header(Pick("0123456"u8.ToArray())));
                break;
            case 6 or 7:
                Write(at, 0, 100, _names[_random.Next(_names.Length)]);
                break;
            case 8:
                Write(at, 157, 100, _names[_random.Next(_names.Length)]);
                break;
            case 9:
                Write(at, 156, 1, [Pick("0123456xgLKSVMD7\0"u8.ToArray())]);
                break;
            case 10:
                // From a name that is there: a link's own name becomes a folder of the next.
                Write(at, 0, 100, [.. _pieces[other].AsSpan(0, 60).ToArray().TakeWhile(letter => letter != 0), .. "/x"u8]);
                break;
            case 11:
                Number(at);
                break;
            case 12:
                _pieces[at][_random.Next(_pieces[at].Length)] ^= (byte)(1 << _random.Next(8));
                if (_random.Next(8) > 0)
                {
                    TarBuilder.Sum(_pieces[at]);
                }

                break;
            default:
                Flip(at);
                break;
        }
    }

    private byte[] Header(byte type)
    {
        var header = TarBuilder.Header((char)type, _names[_random.Next(_names.Length)].AsSpan(), _names[_random.Next(_names.Length)], _random.Next(0x1000), _random.Next(5), 0, 0, 0, 1, _random.Next(3));
        return TarBuilder.Sum(header);
    }

    /// <summary>Text of an extended header or of a sparse map: a digit or a letter becomes another.</summary>
    private void Flip(int at)
    {
        var piece = _pieces[at];
        if (piece.Length > 512 && piece[156] is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K' or (byte)'S')
        {
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                piece[_random.Next(512, piece.Length)] = Pick("0123456789/.=\n -\0\xff"u8.ToArray());
            }
        }
    }

    private void Number(int at)
    {
        (int Offset, int Length)[] fields = [(100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (329, 8), (337, 8), (483, 12), (386, 12), (398, 12)];
        long[] numbers = [0, 1, 511, 512, 513, -1, long.MinValue, long.MaxValue, 1L << 32, uint.MaxValue, 1L << 40, _random.NextInt64(), 1 << 20];
        var (offset, length) = fields[_random.Next(fields.Length)];
        var field = new byte[length];
        TarBuilder.Number(field, numbers[_random.Next(numbers.Length)]);
        Write(at, offset, length, field);
    }

    private void Write(int at, int offset, int length, ReadOnlySpan<byte> text)
    {
        var field = _pieces[at].AsSpan(offset, length);
        field.Clear();
        text[..Math.Min(text.Length, length)].CopyTo(field);
        TarBuilder.Sum(_pieces[at]);
    }

    private byte Pick(byte[] choices) => choices[_random.Next(choices.Length)];
}
