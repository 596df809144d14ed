namespace CriSharp.Pods.Cdi;

/// <summary>A part of a specification file, whether that is JSON or YAML. Each knows its place, "devices[0].name", for errors.</summary>
internal abstract record CdiNode(string Place)
{
    /// <exception cref="FormatException">Something else is here.</exception>
    public CdiMap Map => this as CdiMap ?? throw Wrong("a mapping");

    public IReadOnlyList<CdiNode> List => this is CdiList list ? list.Items : throw Wrong("a list");

    /// <summary>A number or true is text where text is wanted: YAML writers leave out quotes.</summary>
    public string Text => this is CdiScalar { IsNull: false } scalar ? scalar.Value : throw Wrong("text");

    public long Number => this is CdiScalar scalar && scalar.TryNumber(out var number) ? number : throw Wrong("an integer");

    public uint Unsigned => Number is >= 0 and <= uint.MaxValue ? (uint)Number : throw Wrong("an integer from 0 to 4294967295");

    public bool Flag => this is CdiScalar { IsQuoted: false } scalar && bool.TryParse(scalar.Value, out var flag) ? flag : throw Wrong("true or false");

    public bool IsNothing => this is CdiScalar { IsNull: true };

    public FormatException Wrong(string wanted) => new($"{(Place.Length == 0 ? "the document" : Place)} is not {wanted}");
}

/// <param name="IsQuoted">Text, whatever it looks like.</param>
internal sealed record CdiScalar(string Place, string Value, bool IsQuoted) : CdiNode(Place)
{
    public bool IsNull => !IsQuoted && Value is "" or "~" or "null";

    /// <summary>Also as YAML 1.1 has it, since file modes are written so: 0660, 0o660, 0x1b0.</summary>
    public bool TryNumber(out long number)
    {
        number = 0;
        if (IsQuoted)
        {
            return false;
        }

        var isOctal = Value.StartsWith("0o", StringComparison.Ordinal) || (Value.Length > 1 && Value[0] == '0' && char.IsAsciiDigit(Value[1]));
        if (!isOctal && !Value.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(Value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number);
        }

        try
        {
            number = Convert.ToInt64(Value.StartsWith("0o", StringComparison.Ordinal) ? Value[2..] : Value, isOctal ? 8 : 16);
            return number >= 0;
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException or ArgumentException)
        {
            return false;
        }
    }
}

internal sealed record CdiList(string Place, IReadOnlyList<CdiNode> Items) : CdiNode(Place);

/// <summary>Names fit in any case, as in the files that vendors write: "additionalGIDs".</summary>
internal sealed record CdiMap(string Place) : CdiNode(Place)
{
    private readonly Dictionary<string, CdiNode> _fields = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<CdiNode> Values => _fields.Values;

    /// <exception cref="FormatException">The name is there already.</exception>
    public void Add(string name, CdiNode value)
    {
        if (!_fields.TryAdd(name, value))
        {
            throw new FormatException($"{PlaceOf(name)} is given twice");
        }
    }

    public string PlaceOf(string name) => Place.Length == 0 ? name : $"{Place}.{name}";

    /// <summary>A field that this program does not know could be what a device needs.</summary>
    /// <exception cref="FormatException">There is a field that is none of these.</exception>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var field in _fields.Keys)
        {
            var isKnown = false;
            foreach (var name in names)
            {
                isKnown |= name.Equals(field, StringComparison.OrdinalIgnoreCase);
            }

            if (!isKnown)
            {
                throw new FormatException($"{PlaceOf(field)} is an unknown field");
            }
        }
    }

    /// <returns>Null where it is left out or null.</returns>
    public CdiNode? Find(string name) => _fields.TryGetValue(name, out var value) && !value.IsNothing ? value : null;

    /// <exception cref="FormatException">It is left out.</exception>
    public CdiNode Get(string name) => Find(name) ?? throw new FormatException($"{PlaceOf(name)} is missing");

    public IReadOnlyList<CdiNode> ListOf(string name) => Find(name)?.List ?? [];

    public IReadOnlyList<string> TextsOf(string name) => [.. ListOf(name).Select(item => item.Text)];
}
