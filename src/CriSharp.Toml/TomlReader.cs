namespace CriSharp.Toml;

/// <summary>The structure of a document: lines that are a header, a key with its value, or empty.</summary>
internal sealed class TomlReader(TomlCursor cursor)
{
    private readonly TomlTable _document = new(cursor.FileName, "", TableOrigin.Header);
    private readonly TomlValues _values = new(cursor);

    public TomlTable Read()
    {
        var table = _document;
        for (; ; )
        {
            cursor.SkipSpace();
            if (cursor.AtEnd)
            {
                return _document;
            }

            if (cursor.Current == '[')
            {
                table = ReadHeader();
            }
            else
            {
                _values.ReadPair(table);
            }

            EndLine();
        }
    }

    private void EndLine()
    {
        cursor.SkipBlanks();
        cursor.SkipComment();
        if (!cursor.AtEnd && !cursor.AtLineBreak)
        {
            cursor.Fail($"the line should end here, but there is {cursor.Here}");
        }
    }

    private TomlTable ReadHeader()
    {
        var position = cursor.Position;
        var isArray = cursor.Peek(1) == '[';
        cursor.Skip(isArray ? 2 : 1);
        cursor.SkipBlanks();
        var keys = TomlKeys.Read(cursor);
        if (cursor.Current != ']' || (isArray && cursor.Peek(1) != ']'))
        {
            cursor.Fail($"a header ends with {(isArray ? "]]" : "]")}, but there is {cursor.Here}");
        }

        cursor.Skip(isArray ? 2 : 1);
        var parent = _document;
        foreach (var key in keys.SkipLast(1))
        {
            parent = Descend(parent, key, position);
        }

        return isArray ? Append(parent, keys[^1], position) : Define(parent, keys[^1], position);
    }

    private TomlTable Descend(TomlTable parent, string key, TomlPosition position)
    {
        if (!parent.TryGet(key, out var value))
        {
            return AddTable(parent, key, TableOrigin.Implied, position);
        }

        if (value.Kind == TomlKind.Array && value.Array.IsOfTables)
        {
            value = value.Items[^1];
        }

        return value.Kind == TomlKind.Table && value.Table.Origin != TableOrigin.Inline
            ? value.Table
            : throw Taken(parent, key, value, position);
    }

    private TomlTable Define(TomlTable parent, string key, TomlPosition position)
    {
        if (!parent.TryGet(key, out var value))
        {
            return AddTable(parent, key, TableOrigin.Header, position);
        }

        if (value.Kind != TomlKind.Table || value.Table.Origin != TableOrigin.Implied)
        {
            throw Taken(parent, key, value, position);
        }

        value.Table.Origin = TableOrigin.Header;
        return value.Table;
    }

    private TomlTable Append(TomlTable parent, string key, TomlPosition position)
    {
        if (!parent.TryGet(key, out var value))
        {
            value = new TomlValue(TomlKind.Array, new TomlArray(isOfTables: true), position);
            parent.Add(key, value);
        }

        if (value.Kind != TomlKind.Array || !value.Array.IsOfTables)
        {
            throw Taken(parent, key, value, position);
        }

        var table = new TomlTable(cursor.FileName, parent.NameOf(key), TableOrigin.Header);
        value.Array.Items.Add(new TomlValue(TomlKind.Table, table, position));
        return table;
    }

    private TomlTable AddTable(TomlTable parent, string key, TableOrigin origin, TomlPosition position)
    {
        var table = new TomlTable(cursor.FileName, parent.NameOf(key), origin);
        parent.Add(key, new TomlValue(TomlKind.Table, table, position));
        return table;
    }

    private TomlException Taken(TomlTable parent, string key, TomlValue earlier, TomlPosition position) => new(
        cursor.FileName, position, $"{parent.NameOf(key)} is {TomlTable.Describe(earlier.Kind)} already, defined in line {earlier.Position.Line}");
}
