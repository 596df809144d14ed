using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Toml;

/// <summary>
/// A table of a document. The typed getters return null for a key that isn't there, and name file, line and key where its value has
/// another type than asked for.
/// </summary>
public sealed class TomlTable
{
    private readonly Dictionary<string, TomlValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];

    internal TomlTable(string fileName, string path, TableOrigin origin)
    {
        FileName = fileName;
        Path = path;
        Origin = origin;
    }

    public string FileName { get; }

    /// <summary>The dotted key of the table itself; empty for the document.</summary>
    public string Path { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<string> Keys => _keys;

    internal TableOrigin Origin { get; set; }

    public bool TryGet(string key, [NotNullWhen(true)] out TomlValue? value) => _values.TryGetValue(key, out value);

    /// <exception cref="TomlException">The value is of another type.</exception>
    public string? GetString(string key) => Get(key, TomlKind.Text)?.Text;

    /// <inheritdoc cref="GetString"/>
    public long? GetInteger(string key) => Get(key, TomlKind.Integer)?.Integer;

    /// <summary>An integer counts as a float too.</summary>
    /// <inheritdoc cref="GetString"/>
    public double? GetFloat(string key) =>
        TryGet(key, out var value) && value.Kind == TomlKind.Integer ? value.Integer : Get(key, TomlKind.Float)?.Float;

    /// <inheritdoc cref="GetString"/>
    public bool? GetBoolean(string key) => Get(key, TomlKind.Boolean)?.Boolean;

    /// <inheritdoc cref="GetString"/>
    public TomlTable? GetTable(string key) => Get(key, TomlKind.Table)?.Table;

    /// <exception cref="TomlException">No array, or one that holds something else than strings.</exception>
    public IReadOnlyList<string>? GetStrings(string key) => GetItems(key, TomlKind.Text)?.ConvertAll(item => item.Text);

    /// <exception cref="TomlException">No array, or one that holds something else than tables.</exception>
    public IReadOnlyList<TomlTable>? GetTables(string key) => GetItems(key, TomlKind.Table)?.ConvertAll(item => item.Table);

    /// <summary>An error about a key's value, for callers that know what else it has to be.</summary>
    public TomlException Error(string key, string problem)
    {
        var position = TryGet(key, out var value) ? value.Position : new TomlPosition(1, 1);
        return new TomlException(FileName, position, $"{NameOf(key)} {problem}");
    }

    /// <summary>"FILE:LINE" of a key that is there.</summary>
    public string PlaceOf(string key) => $"{FileName}:{_values[key].Position.Line}";

    /// <summary>The dotted key of one of the table's keys.</summary>
    public string NameOf(string key)
    {
        var shown = key.Length == 0 ? "\"\"" : key;
        return Path.Length == 0 ? shown : $"{Path}.{shown}";
    }

    internal void Add(string key, TomlValue value)
    {
        _values.Add(key, value);
        _keys.Add(key);
    }

    internal static string Describe(TomlKind kind) => kind switch
    {
        TomlKind.Text => "a string",
        TomlKind.Integer => "an integer",
        TomlKind.Float => "a float",
        TomlKind.Boolean => "a boolean",
        TomlKind.DateTime => "a date or time",
        TomlKind.Array => "an array",
        _ => "a table",
    };

    private TomlValue? Get(string key, TomlKind kind)
    {
        if (!TryGet(key, out var value))
        {
            return null;
        }

        return value.Kind == kind ? value : throw Error(key, $"is {Describe(value.Kind)}; {Describe(kind)} is wanted");
    }

    private List<TomlValue>? GetItems(string key, TomlKind kind)
    {
        if (Get(key, TomlKind.Array) is not { } array)
        {
            return null;
        }

        foreach (var item in array.Items)
        {
            if (item.Kind != kind)
            {
                throw new TomlException(FileName, item.Position, $"{NameOf(key)} holds {Describe(item.Kind)}; {Describe(kind)} is wanted");
            }
        }

        return [.. array.Items];
    }
}

/// <summary>How a table came to be, which decides what may still be added to it.</summary>
internal enum TableOrigin
{
    /// <summary>Named as a parent in a header: a header of its own may still come.</summary>
    Implied,
    /// <summary>By its header, or the document itself.</summary>
    Header,
    /// <summary>By the first parts of a dotted key: further dotted keys may add to it, a header may not.</summary>
    DottedKey,
    /// <summary>Written in braces: nothing may be added.</summary>
    Inline,
}
