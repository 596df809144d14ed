using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Toml;

/// <summary>A place in the text that moves forward only.</summary>
internal sealed class TomlCursor(string text, string fileName)
{
    /// <summary>What <see cref="Current"/> is behind the last character; a NUL in the text itself is an error wherever it stands.</summary>
    public const char End = '\0';

    private const char ByteOrderMark = '\uFEFF';

    // Only the file's very first character may be the mark.
    private int _at = text.StartsWith(ByteOrderMark) ? 1 : 0;
    private int _line = 1;
    private int _lineStart;

    public string FileName { get; } = fileName;

    public char Current => Peek(0);

    public bool AtEnd => _at >= text.Length;

    public TomlPosition Position => new(_line, _at - _lineStart + 1);

    public char Peek(int distance) => _at + distance < text.Length ? text[_at + distance] : End;

    public bool StartsWith(string word) => text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal);

    public void Skip(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (text[_at] == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }

            _at++;
        }
    }

    public char Take()
    {
        var taken = Current;
        Skip(1);
        return taken;
    }

    /// <summary>Up to the first character that doesn't belong.</summary>
    public string TakeWhile(Func<char, bool> belongs)
    {
        var start = _at;
        while (!AtEnd && belongs(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            _at++;
        }
    }

    public bool AtLineBreak => Current == '\n' || (Current == '\r' && Peek(1) == '\n');

    public void SkipLineBreak() => Skip(Current == '\r' ? 2 : 1);

    public void SkipComment()
    {
        if (Current != '#')
        {
            return;
        }

        while (!AtEnd && !AtLineBreak)
        {
            CheckCharacter();
            _at++;
        }
    }

    /// <summary>Blanks, comments and line breaks, as they may stand between values of an array.</summary>
    public void SkipSpace()
    {
        for (; ; )
        {
            SkipBlanks();
            SkipComment();
            if (!AtLineBreak)
            {
                return;
            }

            SkipLineBreak();
        }
    }

    /// <summary>Control characters are allowed nowhere, except tabs.</summary>
    public void CheckCharacter()
    {
        if (Current is (< ' ' and not '\t') or '\x7f')
        {
            Fail($"the control character U+{(int)Current:X4} is not allowed here");
        }
    }

    [DoesNotReturn]
    public void Fail(string problem) => throw Error(problem);

    public TomlException Error(string problem) => new(FileName, Position, problem);

    /// <summary>What stands here, in words for an error.</summary>
    public string Here => AtEnd ? "the end of the file" : AtLineBreak ? "the end of the line" : char.IsControl(Current) ? $"U+{(int)Current:X4}" : $"'{Current}'";
}
