using System.Buffers;
using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>The text of an extended header while it is written: see <see cref="PaxRecords"/>.</summary>
internal sealed class PaxText
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly ArrayBufferWriter<byte> _text = new();

    public bool IsEmpty => _text.WrittenCount == 0;

    public ReadOnlySpan<byte> Bytes => _text.WrittenSpan;

    public void Add(string key, long number) => Add(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    public void Add(string key, ReadOnlySpan<byte> value) => Add(Encoding.ASCII.GetBytes(key), value);

    /// <exception cref="InvalidDataException">The key can't be written.</exception>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.Contains((byte)'='))
        {
            throw new InvalidDataException("an extended attribute has \"=\" in its name, which a tar can't hold");
        }

        // The length counts its own digits.
        var rest = key.Length + value.Length + 3;
        var length = rest + 1;
        while (rest + Digits(length) != length)
        {
            length = rest + Digits(length);
        }

        _text.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} ")));
        _text.Write(key);
        _text.Write("="u8);
        _text.Write(value);
        _text.Write("\n"u8);
    }

    /// <summary>Before 1970 the fraction counts backwards, as the number does.</summary>
    public void Add(string key, FileTime time)
    {
        var (sign, seconds, nanoseconds) = time switch
        {
            { Seconds: >= 0 } => ("", time.Seconds, time.Nanoseconds),
            { Nanoseconds: 0 } => ("-", -time.Seconds, 0u),
            _ => ("-", -time.Seconds - 1, (uint)(NanosecondsPerSecond - time.Nanoseconds)),
        };
        var fraction = nanoseconds == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{nanoseconds:d9}");
        Add(key, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}{fraction}")));
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
