namespace CriSharp.Toml;

/// <summary>Values, and keys with their values.</summary>
internal sealed class TomlValues(TomlCursor cursor)
{
    private const int DepthLimit = 64;

    private int _depth;

    /// <summary>key = value, in a line of its own or in braces.</summary>
    public void ReadPair(TomlTable table)
    {
        var position = cursor.Position;
        var keys = TomlKeys.Read(cursor);
        if (cursor.Current != '=')
        {
            cursor.Fail($"a key is followed by '=', but there is {cursor.Here}");
        }

        cursor.Skip(1);
        cursor.SkipBlanks();
        foreach (var key in keys.SkipLast(1))
        {
            table = Descend(table, key, position);
        }

        if (table.TryGet(keys[^1], out var earlier))
        {
            throw Duplicate(table, keys[^1], earlier, position);
        }

        table.Add(keys[^1], Read(table.NameOf(keys[^1])));
    }

    /// <param name="path">What the value will be known by, for the errors of tables inside it.</param>
    private TomlValue Read(string path)
    {
        var position = cursor.Position;
        return cursor.Current switch
        {
            '"' or '\'' => new TomlValue(TomlKind.Text, TomlStrings.Read(cursor), position),
            '[' => new TomlValue(TomlKind.Array, Nested(path, ReadArray), position),
            '{' => new TomlValue(TomlKind.Table, Nested(path, ReadInlineTable), position),
            _ => TomlScalars.Read(cursor),
        };
    }

    /// <summary>A dotted key goes only through tables that dotted keys made.</summary>
    private TomlTable Descend(TomlTable parent, string key, TomlPosition position)
    {
        if (parent.TryGet(key, out var value))
        {
            return value.Kind == TomlKind.Table && value.Table.Origin == TableOrigin.DottedKey
                ? value.Table
                : throw Duplicate(parent, key, value, position);
        }

        var table = new TomlTable(cursor.FileName, parent.NameOf(key), TableOrigin.DottedKey);
        parent.Add(key, new TomlValue(TomlKind.Table, table, position));
        return table;
    }

    private T Nested<T>(string path, Func<string, T> read)
    {
        if (++_depth > DepthLimit)
        {
            cursor.Fail($"values are nested deeper than {DepthLimit}");
        }

        var value = read(path);
        _depth--;
        return value;
    }

    private TomlArray ReadArray(string path)
    {
        var array = new TomlArray(isOfTables: false);
        cursor.Skip(1);
        for (; ; )
        {
            cursor.SkipSpace();
            if (cursor.Current == ']')
            {
                break;
            }

            array.Items.Add(Read(path));
            cursor.SkipSpace();
            if (cursor.Current == ',')
            {
                cursor.Skip(1);
            }
            else if (cursor.Current != ']')
            {
                cursor.Fail($"an array goes on with ',' or ends with ']', but there is {cursor.Here}");
            }
        }

        cursor.Skip(1);
        return array;
    }

    /// <summary>On one line, and without a comma after the last pair.</summary>
    private TomlTable ReadInlineTable(string path)
    {
        var table = new TomlTable(cursor.FileName, path, TableOrigin.Inline);
        cursor.Skip(1);
        cursor.SkipBlanks();
        if (cursor.Current != '}')
        {
            ReadPairs(table);
        }

        cursor.Skip(1);
        Close(table);
        return table;
    }

    private void ReadPairs(TomlTable table)
    {
        for (; ; )
        {
            ReadPair(table);
            cursor.SkipBlanks();
            if (cursor.Current == '}')
            {
                return;
            }

            if (cursor.Current != ',')
            {
                cursor.Fail($"an inline table goes on with ',' or ends with '}}' on its line, but there is {cursor.Here}");
            }

            cursor.Skip(1);
            cursor.SkipBlanks();
        }
    }

    private static void Close(TomlTable table)
    {
        table.Origin = TableOrigin.Inline;
        foreach (var key in table.Keys)
        {
            if (table.TryGet(key, out var value) && value.Kind == TomlKind.Table && value.Table.Origin != TableOrigin.Inline)
            {
                Close(value.Table);
            }
        }
    }

    private TomlException Duplicate(TomlTable table, string key, TomlValue earlier, TomlPosition position) => new(
        cursor.FileName, position, $"{table.NameOf(key)} is defined in line {earlier.Position.Line} already, as {TomlTable.Describe(earlier.Kind)}");
}
