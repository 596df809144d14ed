using System.Globalization;
using System.Text;

namespace CriSharp.Toml;

/// <summary>The four kinds of strings. https://toml.io/en/v1.0.0#string</summary>
internal static class TomlStrings
{
    public static string Read(TomlCursor cursor)
    {
        var quote = cursor.Current;
        var isLong = cursor.Peek(1) == quote && cursor.Peek(2) == quote;
        cursor.Skip(isLong ? 3 : 1);
        return isLong ? ReadLong(cursor, quote) : ReadShort(cursor, quote);
    }

    private static string ReadShort(TomlCursor cursor, char quote)
    {
        var text = new StringBuilder();
        while (cursor.Current != quote)
        {
            if (cursor.AtEnd || cursor.AtLineBreak)
            {
                cursor.Fail("the string is not closed on its line");
            }

            ReadCharacter(cursor, text, hasEscapes: quote == '"');
        }

        cursor.Skip(1);
        return text.ToString();
    }

    private static string ReadLong(TomlCursor cursor, char quote)
    {
        var start = cursor.Position;
        var text = new StringBuilder();
        if (cursor.AtLineBreak)
        {
            cursor.SkipLineBreak();
        }

        while (!EndsHere(cursor, quote, text))
        {
            if (cursor.AtEnd)
            {
                throw new TomlException(cursor.FileName, start, "the multi-line string is never closed");
            }

            if (cursor.AtLineBreak)
            {
                cursor.SkipLineBreak();
                text.Append('\n');
            }
            else if (quote != '"' || !SkipEscapedLineBreak(cursor))
            {
                ReadCharacter(cursor, text, hasEscapes: quote == '"');
            }
        }

        return text.ToString();
    }

    /// <summary>Up to two quotes may stand before the three that close.</summary>
    private static bool EndsHere(TomlCursor cursor, char quote, StringBuilder text)
    {
        var quotes = 0;
        while (quotes < 5 && cursor.Peek(quotes) == quote)
        {
            quotes++;
        }

        if (quotes < 3)
        {
            return false;
        }

        text.Append(quote, quotes - 3);
        cursor.Skip(quotes);
        return true;
    }

    /// <summary>A backslash at the end of a line swallows all white space up to the next character.</summary>
    private static bool SkipEscapedLineBreak(TomlCursor cursor)
    {
        if (cursor.Current != '\\')
        {
            return false;
        }

        var distance = 1;
        while (cursor.Peek(distance) is ' ' or '\t')
        {
            distance++;
        }

        if (cursor.Peek(distance) != '\n' && !(cursor.Peek(distance) == '\r' && cursor.Peek(distance + 1) == '\n'))
        {
            return false;
        }

        cursor.Skip(distance);
        while (cursor.AtLineBreak || cursor.Current is ' ' or '\t')
        {
            cursor.Skip(1);
        }

        return true;
    }

    private static void ReadCharacter(TomlCursor cursor, StringBuilder text, bool hasEscapes)
    {
        cursor.CheckCharacter();
        if (hasEscapes && cursor.Current == '\\')
        {
            ReadEscape(cursor, text);
            return;
        }

        text.Append(cursor.Take());
    }

    private static void ReadEscape(TomlCursor cursor, StringBuilder text)
    {
        cursor.Skip(1);
        switch (cursor.Current)
        {
            case 'b': text.Append('\b'); break;
            case 't': text.Append('\t'); break;
            case 'n': text.Append('\n'); break;
            case 'f': text.Append('\f'); break;
            case 'r': text.Append('\r'); break;
            case '"': text.Append('"'); break;
            case '\\': text.Append('\\'); break;
            case 'u': ReadCodePoint(cursor, text, 4); return;
            case 'U': ReadCodePoint(cursor, text, 8); return;
            default: cursor.Fail($"\\ is followed by one of b t n f r \" \\ u U, but there is {cursor.Here}"); break;
        }

        cursor.Skip(1);
    }

    private static void ReadCodePoint(TomlCursor cursor, StringBuilder text, int digits)
    {
        var value = 0u;
        for (var i = 1; i <= digits; i++)
        {
            if (!char.IsAsciiHexDigit(cursor.Peek(i)))
            {
                cursor.Fail($"\\{cursor.Current} is followed by {digits} hexadecimal digits");
            }

            value = (value << 4) | byte.Parse([cursor.Peek(i)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        if (!Rune.IsValid(value))
        {
            cursor.Fail($"U+{value:X4} is no Unicode scalar value");
        }

        text.Append(new Rune(value).ToString());
        cursor.Skip(digits + 1);
    }
}
