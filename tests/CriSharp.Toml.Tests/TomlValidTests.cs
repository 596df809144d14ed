namespace CriSharp.Toml.Tests;

public sealed class TomlValidTests
{
    private static TomlTable Parse(string text) => TomlDocument.Parse(text, "t.conf");

    private static TomlValue Value(string text)
    {
        Assert.True(Parse($"k = {text}\n").TryGet("k", out var value));
        return value;
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\tb\\\"c\\\\\"", "a\tb\"c\\")]
    [InlineData("\"\\u00e9\\U0001F600\"", "é😀")]
    [InlineData("'C:\\no\\escape'", "C:\\no\\escape")]
    [InlineData("\"\"\"\nfirst\nsecond\"\"\"", "first\nsecond")]
    [InlineData("\"\"\"\r\nfirst\r\nsecond\"\"\"", "first\nsecond")]
    [InlineData("\"\"\"one \\  \n\n   two\"\"\"", "one two")]
    [InlineData("\"\"\"a \"quoted\" word\"\"\"\"\"", "a \"quoted\" word\"\"")]
    [InlineData("'''\n\\raw ''two'' '''", "\\raw ''two'' ")]
    [InlineData("\"\"\"\"\"\"", "")]
    [InlineData("''''one'''", "'one")]
    [InlineData("\"# no comment\"", "# no comment")]
    public void String_InEachForm_IsRead(string text, string expected) => Assert.Equal(expected, Value(text).Text);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("+0", 0)]
    [InlineData("-17", -17)]
    [InlineData("1_000_000", 1000000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("0xDEAD_beef", 0xdeadbeef)]
    [InlineData("0x00ff", 255)]
    [InlineData("0o755", 493)]
    [InlineData("0b1101", 13)]
    public void Integer_InEachForm_IsRead(string text, long expected) => Assert.Equal(expected, Value(text).Integer);

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("-0.01", -0.01)]
    [InlineData("5e+22", 5e22)]
    [InlineData("1e06", 1e6)]
    [InlineData("6.626e-34", 6.626e-34)]
    [InlineData("9_224.1_2", 9224.12)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("+nan", double.NaN)]
    public void Float_InEachForm_IsRead(string text, double expected) => Assert.Equal(expected, Value(text).Float);

    [Theory]
    [InlineData("1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27T00:32:00.999999-07:00")]
    [InlineData("1979-05-27 07:32:00")]
    [InlineData("1979-05-27t07:32:00z")]
    [InlineData("1979-05-27")]
    [InlineData("07:32:00.5")]
    [InlineData("2000-02-29")]
    public void DateTime_InEachForm_IsKeptAsText(string text)
    {
        Assert.Equal(TomlKind.DateTime, Value(text).Kind);
        Assert.Equal(text, Value(text).Text);
    }

    [Fact]
    public void Booleans_AreRead()
    {
        Assert.True(Value("true").Boolean);
        Assert.False(Value("false").Boolean);
    }

    [Fact]
    public void Array_OverLinesWithCommentsAndTrailingComma_IsRead()
    {
        var table = Parse("k = [ # first\n  'a', # one\n\n  \"b\",\n  # last\n]\n");

        Assert.Equal(["a", "b"], table.GetStrings("k"));
    }

    [Fact]
    public void Array_OfMixedAndNestedValues_IsRead()
    {
        var items = Value("[1, 'two', [3.0, []], {four = 4}]").Items;

        Assert.Equal([TomlKind.Integer, TomlKind.Text, TomlKind.Array, TomlKind.Table], items.Select(item => item.Kind));
        Assert.Equal(4, items[3].Table.GetInteger("four"));
    }

    [Fact]
    public void Keys_QuotedDottedAndNumeric_NameTables()
    {
        var table = Parse("a . b = 1\na.\"c.d\" = 2\n'e f'.\"\" = 3\n3.14 = 'pi'\n- = 4\n");

        Assert.Equal(1, table.GetTable("a")!.GetInteger("b"));
        Assert.Equal(2, table.GetTable("a")!.GetInteger("c.d"));
        Assert.Equal(3, table.GetTable("e f")!.GetInteger(""));
        Assert.Equal("pi", table.GetTable("3")!.GetString("14"));
        Assert.Equal(4, table.GetInteger("-"));
        Assert.Equal(["a", "e f", "3", "-"], table.Keys);
    }

    [Fact]
    public void Headers_InAnyOrder_NestTables()
    {
        var table = Parse("top = 0\n[x.y.z.w] # parents needn't be there\nk = 1\n[x]\nk = 2\n[ x . y ]\nk = 3\n[x.y.'z z']\n");

        var x = table.GetTable("x")!;
        Assert.Equal(2, x.GetInteger("k"));
        Assert.Equal(3, x.GetTable("y")!.GetInteger("k"));
        Assert.Equal(1, x.GetTable("y")!.GetTable("z")!.GetTable("w")!.GetInteger("k"));
        Assert.Equal("x.y.z.w", x.GetTable("y")!.GetTable("z")!.GetTable("w")!.Path);
        Assert.Empty(x.GetTable("y")!.GetTable("z z")!.Keys);
    }

    [Fact]
    public void ArrayOfTables_WithSubTables_GoesToTheLastElement()
    {
        var fruits = Parse("""
            [[fruit]]
            name = "apple"
            [fruit.physical]
            colour = "red"
            [[fruit.variety]]
            name = "red delicious"
            [[fruit.variety]]
            name = "granny smith"
            [[fruit]]
            name = "banana"
            [[fruit.variety]]
            name = "plantain"
            """).GetTables("fruit")!;

        Assert.Equal(["apple", "banana"], fruits.Select(fruit => fruit.GetString("name")));
        Assert.Equal("red", fruits[0].GetTable("physical")!.GetString("colour"));
        Assert.Equal([2, 1], fruits.Select(fruit => fruit.GetTables("variety")!.Count));
    }

    [Fact]
    public void HeaderBelowDottedTable_IsAllowed()
    {
        var table = Parse("[fruit]\napple.colour = 'red'\n[fruit.apple.texture]\nsmooth = true\n");

        Assert.True(table.GetTable("fruit")!.GetTable("apple")!.GetTable("texture")!.GetBoolean("smooth"));
    }

    [Fact]
    public void InlineTable_WithDottedKeys_IsRead()
    {
        var point = Value("{ x.a = 1, x.b = 2, y = {} }").Table;

        Assert.Equal(2, point.GetTable("x")!.GetInteger("b"));
        Assert.Empty(point.GetTable("y")!.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("\r\n \t\n")]
    [InlineData("\uFEFF# behind a byte order mark\n")]
    public void Document_WithoutKeys_IsEmpty(string text) => Assert.Empty(Parse(text).Keys);

    [Fact]
    public void Bytes_AreReadAsUtf8() => Assert.Equal("ü", TomlDocument.Parse("k = 'ü'"u8, "t.conf").GetString("k"));

    [Fact]
    public void LastLine_NeedsNoLineBreak() => Assert.Equal(1, Parse("k=1").GetInteger("k"));
}
