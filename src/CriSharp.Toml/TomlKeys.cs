namespace CriSharp.Toml;

/// <summary>Keys: bare, quoted, dotted. https://toml.io/en/v1.0.0#keys</summary>
internal static class TomlKeys
{
    private const int MostParts = 64;

    /// <summary>At least one part; stands behind the key and its blanks afterwards.</summary>
    public static List<string> Read(TomlCursor cursor)
    {
        var parts = new List<string>();
        for (; ; )
        {
            if (parts.Count == MostParts)
            {
                cursor.Fail($"a key has {MostParts} parts at most");
            }

            parts.Add(ReadPart(cursor));
            cursor.SkipBlanks();
            if (cursor.Current != '.')
            {
                return parts;
            }

            cursor.Skip(1);
            cursor.SkipBlanks();
        }
    }

    private static string ReadPart(TomlCursor cursor)
    {
        if (cursor.Current is '"' or '\'')
        {
            return cursor.StartsWith("\"\"\"") || cursor.StartsWith("'''")
                ? throw cursor.Error("a key can't be a multi-line string")
                : TomlStrings.Read(cursor);
        }

        var bare = cursor.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return bare.Length > 0 ? bare : throw cursor.Error($"a key is wanted, but there is {cursor.Here}");
    }
}
