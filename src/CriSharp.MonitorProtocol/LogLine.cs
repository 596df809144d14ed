using System.Globalization;
using System.Text;

namespace CriSharp.MonitorProtocol;

/// <summary>One line of a CRI log, read: <c>RFC3339Nano SP stdout|stderr SP tag[:tag...] SP text</c>. The first tag is P (more follows) or F.</summary>
public readonly ref struct LogLine
{
    private LogLine(DateTimeOffset time, LogStream stream, bool partial, ReadOnlySpan<byte> text)
    {
        Time = time;
        Stream = stream;
        Partial = partial;
        Text = text;
    }

    /// <summary>To 100 ns.</summary>
    public DateTimeOffset Time { get; }

    public LogStream Stream { get; }

    /// <summary>The text goes on in the stream's next line, without a newline between.</summary>
    public bool Partial { get; }

    /// <summary>Without the newline.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <param name="line">With or without its newline.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine parsed)
    {
        parsed = default;
        var rest = line is [.., (byte)'\n'] ? line[..^1] : line;
        var time = Word(ref rest);
        var stream = Word(ref rest);
        var tags = Word(ref rest);
        if (time.Length is 0 or > 40 || tags.Length == 0 || !TryTime(time, out var at))
        {
            return false;
        }

        if (!stream.SequenceEqual("stdout"u8) && !stream.SequenceEqual("stderr"u8))
        {
            return false;
        }

        parsed = new LogLine(at, stream[3] == (byte)'o' ? LogStream.Stdout : LogStream.Stderr, tags[0] == (byte)'P', rest);
        return tags[0] is (byte)'P' or (byte)'F' && (tags.Length == 1 || tags[1] == (byte)':');
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        if (space < 0)
        {
            return default;
        }

        var word = rest[..space];
        rest = rest[(space + 1)..];
        return word;
    }

    // DateTimeOffset reads seven digits of a fraction at most: the two behind them are cut out.
    private static bool TryTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        Span<char> characters = stackalloc char[40];
        var length = Encoding.ASCII.GetChars(text, characters);
        var point = characters[..length].IndexOf('.');
        if (point >= 0)
        {
            var end = point + 1;
            while (end < length && char.IsAsciiDigit(characters[end]))
            {
                end++;
            }

            var kept = Math.Min(end, point + 8);
            characters[end..length].CopyTo(characters[kept..]);
            length -= end - kept;
        }

        return DateTimeOffset.TryParse(characters[..length], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
