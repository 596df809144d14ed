namespace CriSharp.Toml.Tests;

public sealed class TomlInvalidTests
{
    [Theory]
    // strings
    [InlineData("k = \"open")]
    [InlineData("k = 'open\n'")]
    [InlineData("k = \"\"\"open")]
    [InlineData("k = \"\\x\"")]
    [InlineData("k = \"\\u12\"")]
    [InlineData("k = \"\\uD800\"")]
    [InlineData("k = \"\\U00110000\"")]
    [InlineData("k = \"a\u0001b\"")]
    [InlineData("k = \"a\u007fb\"")]
    [InlineData("k = '''a\0b'''")]
    [InlineData("k = \"\"\"a\rb\"\"\"")]
    [InlineData("k = '''''''''")]
    // numbers and words
    [InlineData("k = 01")]
    [InlineData("k = 1__0")]
    [InlineData("k = _1")]
    [InlineData("k = 1_")]
    [InlineData("k = 0x")]
    [InlineData("k = +0x1")]
    [InlineData("k = 0o8")]
    [InlineData("k = 0b2")]
    [InlineData("k = 0XFF")]
    [InlineData("k = 9223372036854775808")]
    [InlineData("k = 0xFFFFFFFFFFFFFFFF")]
    [InlineData("k = .5")]
    [InlineData("k = 5.")]
    [InlineData("k = 5.e3")]
    [InlineData("k = 1e")]
    [InlineData("k = 03.1")]
    [InlineData("k = ++1")]
    [InlineData("k = Inf")]
    [InlineData("k = True")]
    [InlineData("k = word")]
    // dates
    [InlineData("k = 2021-02-29")]
    [InlineData("k = 1979-13-01")]
    [InlineData("k = 1979-05-27T24:00:00")]
    [InlineData("k = 1979-05-27T07:32")]
    [InlineData("k = 1979-05-27T07:32:00.")]
    [InlineData("k = 1979-05-27T07:32:00+25:00")]
    [InlineData("k = 7:32:00")]
    // keys and lines
    [InlineData("k")]
    [InlineData("k =")]
    [InlineData("= 1")]
    [InlineData("k = 1 l = 2")]
    [InlineData("k v = 1")]
    [InlineData("a..b = 1")]
    [InlineData(".a = 1")]
    [InlineData("a. = 1")]
    [InlineData("ä = 1")]
    [InlineData("\"\"\"k\"\"\" = 1")]
    [InlineData("k = 1 # \u0000")]
    [InlineData("k = 1\r")]
    [InlineData("\u0001")]
    // duplicates
    [InlineData("k = 1\nk = 2")]
    [InlineData("k = 1\n\"k\" = 2")]
    [InlineData("a = 1\na.b = 2")]
    [InlineData("a.b = 1\na = 2")]
    [InlineData("[a]\n[a]")]
    [InlineData("[a]\nb = 1\n[a.b]")]
    [InlineData("a.b = 1\n[a]")]
    [InlineData("[a.b.c]\n[a]\nb.d = 1")]
    [InlineData("[a.b]\n[a]\nb.c = 1")]
    [InlineData("[[a]]\n[a]")]
    [InlineData("[a]\n[[a]]")]
    [InlineData("a = []\n[[a]]")]
    [InlineData("a = [{}]\n[a.b]")]
    [InlineData("[a.b]\n[[a]]")]
    [InlineData("a = {}\n[a.b]")]
    [InlineData("a = {b = 1}\na.c = 2")]
    [InlineData("a = {b.c = 1}\n[a.b.d]")]
    [InlineData("k = {a = 1, a = 2}")]
    [InlineData("[[a.b]]\n[a]\nb.y = 2")]
    // tables and arrays
    [InlineData("[]")]
    [InlineData("[a")]
    [InlineData("[a]]")]
    [InlineData("[[a]")]
    [InlineData("[ [a]]")]
    [InlineData("[a] k = 1")]
    [InlineData("[a.]")]
    [InlineData("k = [1")]
    [InlineData("k = [1 2]")]
    [InlineData("k = [,1]")]
    [InlineData("k = [1,,2]")]
    [InlineData("k = {a = 1,}")]
    [InlineData("k = {a = 1\n}")]
    [InlineData("k = {a = 1 b = 2}")]
    [InlineData("k = {,}")]
    [InlineData("k = {a}")]
    public void Document_ThatIsMalformed_IsRefusedWithItsPlace(string text)
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "t.conf"));

        Assert.Matches(@"^t\.conf:\d+:\d+: \S", error.Message);
    }

    [Theory]
    [InlineData("ok = 1\n\n  bad = nope\n", 3, 9)]
    [InlineData("a = 1\nb = [\n  1,\n  2 3\n]\n", 4, 5)]
    [InlineData("[t]\r\nk = 1\r\nk = 2\r\n", 3, 1)]
    [InlineData("k = \"\"\"\nnever\nclosed\n", 1, 8)]
    public void Error_NamesLineAndColumn(string text, int line, int column)
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "t.conf"));

        Assert.Equal(new TomlPosition(line, column), error.Position);
    }

    [Fact]
    public void Duplicate_NamesTheLineOfTheFirst()
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Parse("[a.b]\nk = 1\n\nk = 2\n", "t.conf"));

        Assert.Equal("t.conf:4:1: a.b.k is defined in line 2 already, as an integer", error.Message);
    }

    [Fact]
    public void Bytes_ThatAreNotUtf8_AreRefusedWithTheirLine()
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Parse([.. "a = 1\nb = '"u8, 0xff, .. "'\n"u8], "t.conf"));

        Assert.Equal("t.conf:2:1: the file is not UTF-8", error.Message);
    }

    [Theory]
    [InlineData("k = ", "[", "]")]
    [InlineData("k = ", "{a=", "}")]
    public void Values_NestedTooDeep_AreRefused(string start, string open, string close)
    {
        const int Deep = 100_000;
        var text = start + string.Concat(Enumerable.Repeat(open, Deep)) + "1" + string.Concat(Enumerable.Repeat(close, Deep));

        Assert.Contains("nested deeper", Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "t.conf")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_WithTooManyParts_AreRefused()
    {
        var text = string.Join('.', Enumerable.Repeat("a", 10_000)) + " = 1";

        Assert.Contains("parts", Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "t.conf")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsTooLong_IsRefused() =>
        Assert.Contains("longer than", Assert.Throws<TomlException>(() => TomlDocument.Parse(new byte[TomlDocument.LimitBytes + 1], "t.conf")).Message, StringComparison.Ordinal);
}
