namespace CriSharp.Toml;

public enum TomlKind
{
    Text,
    Integer,
    Float,
    Boolean,
    /// <summary>Any of the four kinds of date and time, kept as it is written.</summary>
    DateTime,
    Array,
    Table,
}

/// <summary>One value of a document, and where it stands.</summary>
public sealed class TomlValue
{
    private readonly object _content;

    internal TomlValue(TomlKind kind, object content, TomlPosition position)
    {
        Kind = kind;
        Position = position;
        _content = content;
    }

    public TomlKind Kind { get; }

    public TomlPosition Position { get; }

    /// <exception cref="InvalidOperationException">Neither text nor a date.</exception>
    public string Text => As<string>();

    /// <exception cref="InvalidOperationException">No integer.</exception>
    public long Integer => As<long>();

    /// <exception cref="InvalidOperationException">No float.</exception>
    public double Float => As<double>();

    /// <exception cref="InvalidOperationException">No boolean.</exception>
    public bool Boolean => As<bool>();

    /// <exception cref="InvalidOperationException">No array.</exception>
    public IReadOnlyList<TomlValue> Items => As<TomlArray>().Items;

    /// <exception cref="InvalidOperationException">No table.</exception>
    public TomlTable Table => As<TomlTable>();

    internal TomlArray Array => As<TomlArray>();

    private T As<T>() => _content is T content ? content : throw new InvalidOperationException($"the value is {TomlTable.Describe(Kind)}");
}

internal sealed class TomlArray(bool isOfTables)
{
    /// <summary>Made by [[headers]], which may add to it; one written in brackets is closed.</summary>
    public bool IsOfTables { get; } = isOfTables;

    public List<TomlValue> Items { get; } = [];
}
