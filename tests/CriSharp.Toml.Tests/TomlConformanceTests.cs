using System.Text;

namespace CriSharp.Toml.Tests;

/// <summary>What the language allows and what it does not, by the kinds of cases of https://github.com/toml-lang/toml-test for TOML 1.0.</summary>
public sealed class TomlConformanceTests
{
    private const string WrongBooleans =
        """
        tru   truth  truest  TRUE  True  tRue  t  yes  on
        fals  falsify  falser  FALSE  False  fAlse  f  no  off  valid=False
        """;

    private const string WrongIntegers =
        """
        00  007  0_0  -01  +01  +0_7  -0_7  --7  ++7  +-7
        7__7  _7  7_  -_7  7_000_  ٧  7٧  7_0٧  ７
        0b  0o  0x  0b2  0b0120  0o8  0o778  0xg  0xaafz  0x-1  0B1  0O7  0XF
        _0b1  _0o1  _0xf  0b_1  0o_1  0x_f  0b1_  0o7_  0xf_  0b1__1
        -0b11  -0o7  -0xff  +0b11  +0o7  +0xff
        9223372036854775808  -9223372036854775809  0x8000000000000000  7seven
        """;

    private const string WrongFloats =
        """
        .7  -.7  +.7  7.  -7.  +7.  7.e2  0..7  0.7.7  7e  7E  7.0e  7.0e-  7.0e+  0.e
        07.1  -07.1  +07.1  7e2.3  7ee2  7e2e3  7e__2  7e_2  7e2_  7_e2  7.1_e2  7.1_  _7.1  7._1  7_.1  7.e+2
        Inf  INF  NaN  NAN  in  +in  -in  na  +na  -na  in_f  na_n  infinity  nano
        7.٠  7e٠  +٠  ٠.7  ٠e0
        """;

    private const string WrongDates =
        """
        1997-09-00  1997-09-31  1997-00-09  1997-13-09  2100-02-29  1900-02-29  1988-02-30  2023-02-29
        1997-09-9  1997-9-09  199-09-09  01997-09-09  10000-01-01  199709-09  1997-0909  1997-09-09T  1997-09-09x  1997/09/09
        24:00:00  23:60:00  23:59:61  7:32:00  07:3:00  07:32:0  07:32  07:32:00.  07:32:00..  07:32:00.5x  073200  07:32:00Z
        1997-09-00T07:32:00  1997-13-09T07:32:00  2100-02-29T07:32:00  1997-9-09T07:32:00  1997-09-9T07:32:00.12  10000-01-01T00:00:00
        1997-09-09T24:00:00  1997-09-09T07:60:00  1997-09-09T07:32:61  1997-09-09T7:32:00  1997-09-09T07:32  1997-09-0907:32:00  1997-09-09T07:32:00.
        1997-09-09T07:32:00.Z  1997-09-09T07:32Z  1997-09-09T07:32:00+  1997-09-09T07:32:00+7  1997-09-09T07:32:00+07  1997-09-09T07:32:00+0730
        1997-09-09T07:32:00+07:3  1997-09-09T07:32:00+24:00  1997-09-09T07:32:00-07:60  1997-09-09T07:32:00ZZ  T  TZ  T.  1997-09-09TT07:32:00
        """;

    private static readonly string[] WrongTexts =
    [
        "\"open", "'open", "\"\"\"open", "'''open", "\"\"\"open\"\"", "'''open''", "\"one'", "'one\"", "\"", "'", "\"\"\"", "'''", "\"open\\\"", "\"\"\"\\\"\"\"",
        "one\"", "one'", "one\"\"\"", "one'''", "word", "\"one\" \"two\"", "\"one\" two", "'one' 'two'", "\"one\ntwo\"", "'one\ntwo'", "\"\n\"", "'\n'", "\"one\\\ntwo\"",
        "\"\\a\"", "\"\\v\"", "\"\\ \"", "\"\\/\"", "\"\\'\"", "\"\\@\"", "\"\\0\"", "\"\\\\\\ \"", "\"\\x33\"", "\"\\x\"", "\"\\xG0\"", "\"\\e\"",
        "\"\\u12\"", "\"\\u12G4\"", "\"\\u\"", "\"\\U0001F60\"", "\"\\U0001F60G\"", "\"\\U\"", "\"\\uD800\"", "\"\\uDFFF\"", "\"\\U00110000\"", "\"\\UFFFFFFFF\"", "\"\\U0000DB80\"",
        "\"\"\"\\a\"\"\"", "\"\"\"\\ x\"\"\"", "\"\"\"\\ \"\"\"", "\"\"\"one\\ \\n\n\"\"\"", "\"\"\"one \\\n two \\   \"\"\"", "\"\"\"\\u12\"\"\"", "\"\"\"\\uD800\"\"\"", "\"\"\"\\UFFFFFFFF\"\"\"", "\"\"\"\\x33\"\"\"",
        "\"\"\"three: \"\"\".\"\"\"", "\"\"\"six: \"\"\"\"\"\"", "'''three: '''.'''", "'''six: ''''''", "\"\"\"\n\"\"\"\"\"\"", "'''\n''''''",
    ];

    private static readonly string[] WrongArraysAndTables =
    [
        "[", "[1", "[1,", "[1, 2", "[1 2]", "[true false]", "[,]", "[,,]", "[,1]", "[1,,2]", "[1,2,,]", "[1 #,]", "[1 # ]", "[{a = 1}", "[{a = 1", "[{a = 1 #}]", "[1, {a = 1]", "[1, {2}]", "[one]", "[\"one\" two, 3]",
        "[\"one\", two three]", "[a\"]", "[a']", "[a\"\"\"]", "]", "[1]]", "[[1]",
        "{", "}", "{a = 1", "{a}", "{a =}", "{= 1}", "{,}", "{,\n}", "{a = 1,}", "{a = 1,,b = 2}", "{, a = 1}", "{a = 1 b = 2}", "{a = 1, [b]}", "{a = one}", "{a = 1\n}", "{\na = 1}", "{a = 1,\nb = 2}", "{a = 1\n, b = 2}", "{a = 1 # }",
        "{a = 1, a = 2}", "{a = 1, \"a\" = 2}", "{a.b = 1, a.b = 2}", "{a = 1, a.b = 2}", "{a.b = 1, a = 2}", "{a = {b = 1}, a.c = 2}", "{a = {b.c = 1}, a.b.d = 2}", "{a.b = [{}], a.b.c = 1}", "{a.b = 1, a.b.c = 2}", "{a = 1}}",
    ];

    private static readonly string[] WrongDocuments =
    [
        // what is no line
        "k", "k =", "k = ", "k\n= 1", "k =\n1", "= 1", "==1", "k==1", "k= =1", "k=l=1", "\"k\"", "\"k\" =", "a.b", "a.b =", "a.", "1", "1.1", "\"\"", "k = 1 l = 2", "0=0l=1", "0=\"\"l=\"\"", "0=[0]1=[1]", "[a] k = 1", "[[a]] k = 1", "[a] b",
        // keys
        ". = 1", ".. = 1", ".k = 1", "k. = 1", "a..b = 1", "! = 1", "a!b = 1", "a# = 1", "a b = 1", "a\tb = 1", "\"a\" \"b\" = 1", "\"a\"\t\"b\" = 1", "a\"b\" = 1", "\"a\"b = 1", "µ = 1", "\\u00c0 = 1", "\"a = 1", "'a = 1", "\"a\\", "\"a\nb\" = 1", "'a\nb' = 1",
        "\"\"\"a\"\"\" = 1", "'''a''' = 1", "\"\"\"a\nb\"\"\" = 1", "'''a\nb''' = 1", "[abc = 1", "\"\\x41\" = 1",
        // headers
        "[", "[]", "[[]]", "[a", "[[a]", "[[a", "[a]]", "[[a] ]", "[ [a]]", "[a.]", "[.a]", "[.]", "[..]", "[a..b]", "[a b]", "[a=1]", "[a]b]", "[a[b]", "[a#b]", "[!]", "[a!b]", "[\"a]", "[\"a\"\"]", "[']", "[''']", "[\"\"\"a\"\"\"]", "['''a''']", "[\"a\" b]",
        "[a\n]", "[\"a\n\"]", "[\"a\"\n]", "[a.\nb]", "[a\n.b]", "[a]\n[b\nc = 1", "[[a\n]]", "[[a]]b = 1",
        // twice
        "k = 1\nk = 2", "k = true\nk = false", "k = 1\n\"k\" = 2", "k = 1\n'k' = 2", "k = 1\n\"\\u006b\" = 2", "\"\" = 1\n'' = 2", "k = [1]\nk = [2]", "k = {a = 1}\nk = {b = 2}", "\"a'b\" = 1\n\"a\\u0027b\" = 2",
        "a = 1\na.b = 2", "a.b = 1\na = 2", "a.b = 1\na.b.c = 2", "a.b.c = 1\na.b = 2", "a.b = 1\na = {}", "a = {b = 1}\na.c = 2", "a = {}\na.b = 1", "[p]\nt = {n = 1}\nt.e = 2", "[p]\nt.n = 1\nt = {e = 2}",
        "[a]\n[a]", "[a]\nb = 1\n[a]\nc = 2", "[a]\nb = 1\n[a.b]", "[a]\nb = {c = 1}\n[a.b]", "[a]\nb = {c = {}}\n[a.b.c]", "[a]\n[a.b]\n[a.b]", "[a.b]\n[a]\n[a]", "[a.b]\n[a]\n[a.b]", "[a]\n[a.b]\n[a]", "a = 1\n[a]", "a = 1\n[a.b.c]", "a = {}\n[a.b]", "a = {b = {}}\n[a.b]", "a = {b = {}}\n[[a.b]]",
        "[a]\nb.c = 1\n[a.b]", "[a]\nb.c.d = 1\n[a.b.c]", "[a]\nb.c = 1\n[[a.b]]", "a.b = 1\n[a]", "[a.b.c]\n[a]\nb.d = 1", "[a.b.c]\n[a]\nb.c.d = 1", "[a.b.c]\nz = 1\n[[o]]\n[a]\nb.c.t = 1", "[a.b.c.d]\n[a]\nb.c.d.e.f = 1", "[t.i]\nn = {m = {}}\n[t]\ni.n.m = 2",
        // arrays of tables
        "[[a]]\n[a]", "[a]\n[[a]]", "a = []\n[[a]]", "a = []\n[[a.b]]", "a = [{}]\n[a.b]", "a = [{b = 1}]\n[a.c]", "a = true\n[[a]]", "[a.b]\n[[a]]", "[[a.b]]\n[[a]]", "[[a]]\n[[a.b]]\n[a.b]", "[[a.b]]\n[a]\nb.y = 2", "[[a.b]]\n[a]\nb = 2", "[[a.b]]\n[a]\nc = 1\nb = 2",
    ];

    public static TheoryData<string> WrongValues =>
        [.. string.Join(' ', WrongBooleans, WrongIntegers, WrongFloats, WrongDates).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), .. WrongTexts, .. WrongArraysAndTables];

    public static TheoryData<string> Wrong => [.. WrongDocuments];

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void Value_ThatTheLanguageHasNot_IsRefusedWhereverItStands(string value)
    {
        foreach (var document in (string[])[$"k = {value}", $"k = {value}\nl = 1", $"[t]\na.b = {value}\r\n", $"k = [{value}]", $"k = {{ l = {value} }}"])
        {
            AssertRefused(document);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Document_ThatTheLanguageHasNot_IsRefused(string document)
    {
        AssertRefused(document);
        AssertRefused(document + "\n");
        AssertRefused(document.Replace("\n", "\r\n", StringComparison.Ordinal));
        AssertRefused($"# before\n\n{document} # behind");
    }

    /// <summary>Control characters stand nowhere by themselves but for the tab, and the end of a line where there may be one.</summary>
    [Theory]
    [InlineData("{0}", "")]
    [InlineData("k = 1 {0}", "")]
    [InlineData("k{0} = 1", "")]
    [InlineData("# a{0}b", "\t\n")]
    [InlineData("k = \"a{0}b\"", "\t")]
    [InlineData("k = 'a{0}b'", "\t")]
    [InlineData("k = \"\"\"a{0}b\"\"\"", "\t\n")]
    [InlineData("k = '''a{0}b'''", "\t\n")]
    [InlineData("\"a{0}b\" = 1", "\t")]
    [InlineData("'a{0}b' = 1", "\t")]
    [InlineData("[\"a{0}b\"]", "\t")]
    [InlineData("k = 1{0}2", "")]
    public void ControlCharacter_IsRefused(string document, string allowed)
    {
        foreach (var character in Enumerable.Range(0, 0x20).Append(0x7f).Select(number => (char)number).Where(character => !allowed.Contains(character) && character is not ('\t' or '\n')))
        {
            AssertRefused(document.Replace("{0}", $"{character}", StringComparison.Ordinal));
        }
    }

    /// <summary>A carriage return by itself ends no line, and comes before nothing else.</summary>
    [Theory]
    [InlineData("k = 1\r")]
    [InlineData("k = 1\rl = 2")]
    [InlineData("# a\rk = 1")]
    [InlineData("k = [1,\r2]")]
    [InlineData("k = \"\"\"a\\\rb\"\"\"")]
    [InlineData("k = 1\r\r\n")]
    public void CarriageReturn_ByItself_IsRefused(string document) => AssertRefused(document);

    [Theory]
    [InlineData(new byte[] { (byte)'#', 0xff })]
    [InlineData(new byte[] { (byte)'#', 0xc3 })]
    [InlineData(new byte[] { (byte)'#', 0xc0, 0x80 })]
    [InlineData(new byte[] { (byte)'#', 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { (byte)'#', 0xf4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { (byte)'k', (byte)'=', (byte)'"', 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'k', (byte)'=', (byte)'\'', (byte)'\'', (byte)'\'', 0xe2, 0x82, (byte)'\'', (byte)'\'', (byte)'\'' })]
    [InlineData(new byte[] { 0xff, 0xfe, (byte)'k', 0, (byte)'=', 0, (byte)'1', 0 })]
    [InlineData(new byte[] { 0xfe, 0xff, 0, (byte)'k', 0, (byte)'=', 0, (byte)'1' })]
    [InlineData(new byte[] { (byte)'k', 0, (byte)'=', 0, (byte)'1', 0 })]
    [InlineData(new byte[] { (byte)'k', (byte)'=', (byte)'1', (byte)'\n', 0xef, 0xbb, 0xbf, (byte)'l', (byte)'=', (byte)'2' })]
    public void Bytes_ThatAreNoUtf8OrHaveAMarkInside_AreRefused(byte[] document) => Assert.Throws<TomlException>(() => TomlDocument.Parse(document, "t.conf"));

    [Theory]
    // integers and floats
    [InlineData("k = [0, +0, -0, 7, +7, -7, 1_2_3, 9223372036854775807, -9223372036854775808]", "{'k': [0, 0, 0, 7, 7, -7, 123, 9223372036854775807, -9223372036854775808]}")]
    [InlineData("k = [0x00FF, 0xdead_BEEF, 0o0017, 0b1101_0110, 0x7fffffffffffffff, 0xf]", "{'k': [255, 3735928559, 15, 214, 9223372036854775807, 15]}")]
    [InlineData("k = [0.0, -0.5, +1.5, 1e3, 1E3, 1e+3, 1e-1, 1.5e2, 1e03, 1_0.2_5, 3_1.4e1_0]", "{'k': [0f, -0.5f, 1.5f, 1000f, 1000f, 1000f, 0.1f, 150f, 1000f, 10.25f, 314000000000f]}")]
    [InlineData("k = [inf, +inf, -inf]", "{'k': [Infinityf, Infinityf, -Infinityf]}")]
    [InlineData("k = [nan, +nan, -nan]", "{'k': [NaNf, NaNf, NaNf]}")]
    // dates and times
    [InlineData("k = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00z, 1979-05-27t07:32:00.5+01:30]", "{'k': [|1979-05-27T07:32:00Z|, |1979-05-27 07:32:00z|, |1979-05-27t07:32:00.5+01:30|]}")]
    [InlineData("k = [1979-05-27T07:32:00, 1979-05-27, 07:32:00, 00:00:00.123456789, 2000-02-29, 0001-01-01, 9999-12-31]", "{'k': [|1979-05-27T07:32:00|, |1979-05-27|, |07:32:00|, |00:00:00.123456789|, |2000-02-29|, |0001-01-01|, |9999-12-31|]}")]
    [InlineData("a = 1979-05-27 # a day\nb = 1979-05-27 07:32:00 # with its time", "{'a': |1979-05-27|, 'b': |1979-05-27 07:32:00|}")]
    // text
    [InlineData("k = \"\\b\\t\\n\\f\\r\\\"\\\\ \\u00e9 \\U0001F600\"", "{'k': '<08><09><0A><0C><0D>\"\\ é 😀'}")]
    [InlineData("k = \"\\u0000\\u007f\\uD7FF\\uE000\\U0010FFFF\"", "{'k': '<00><7F>\uD7FF\uE000\U0010FFFF'}")]
    [InlineData("k = ['\\n\\u00e9', '', '\"', 'C:\\']", "{'k': ['\\n\\u00e9', '', '\"', 'C:\\']}")]
    [InlineData("k = \"\"\"\none\ntwo\"\"\"", "{'k': 'one<0A>two'}")]
    [InlineData("k = \"\"\"one \\\n   \\\n\t\n  two\"\"\"", "{'k': 'one two'}")]
    [InlineData("k = \"\"\"one\\   \n\n\n\"\"\"", "{'k': 'one'}")]
    [InlineData("k = [\"\"\"\"one\"\"\"\", \"\"\"\"\"two\"\"\"\"\", \"\"\" \"\"\\\" \"\"\", \"\"\"\"\"\"]", "{'k': ['\"one\"', '\"\"two\"\"', ' \"\"\" ', '']}")]
    [InlineData("k = [''''one'''', '''''two''''', '''\n''', ''' \\ ''']", "{'k': [''one'', '''two''', '', ' \\ ']}")]
    [InlineData("k = \"\"\"\\\r\n  one\"\"\"\r\n", "{'k': 'one'}")]
    [InlineData("k = \"a\tb # c\" # d", "{'k': 'a<09>b # c'}")]
    // arrays and inline tables
    [InlineData("k = [[], [[]], [1, [2, 'x']], {}, [{a = 1}, {}],]", "{'k': [[], [[]], [1, [2, 'x']], {}, [{'a': 1}, {}]]}")]
    [InlineData("k = [ # first\n# second\n\n1\n, # third\n2 , # fourth\n# last\n]", "{'k': [1, 2]}")]
    [InlineData("k = {a.b = 1, a.c = {d.e = 2}, 'f g' = [\n3,\n], h = \"\"\"\nx\n\"\"\", \"\" = true}", "{'k': {'a': {'b': 1, 'c': {'d': {'e': 2}}}, 'f g': [3], 'h': 'x<0A>', '': true}}")]
    [InlineData("k = [\"a,b\", '[c]', \"\\\",\"]", "{'k': ['a,b', '[c]', '\",']}")]
    // keys
    [InlineData("1 = 1\n01 = 2\n-1 = 3\n2.3 = 4\n1e3 = 5\n2001-02-03 = 6\ntrue = 7\ninf = 8\n- = 9\n_ = 10", "{'1': 1, '01': 2, '-1': 3, '2': {'3': 4}, '1e3': 5, '2001-02-03': 6, 'true': 7, 'inf': 8, '-': 9, '_': 10}")]
    [InlineData("\"a.b\" = 1\n'c d' = 2\n\"\\u00e9\" = 3\n\"=#[]\" = 4\n\" x \" = 5\n'' = 6", "{'a.b': 1, 'c d': 2, 'é': 3, '=#[]': 4, ' x ': 5, '': 6}")]
    [InlineData("a.b = 1\na . c = 2\n\"a\".'d' = 3\nx.y.z = 4\na.e.f = 5", "{'a': {'b': 1, 'c': 2, 'd': 3, 'e': {'f': 5}}, 'x': {'y': {'z': 4}}}")]
    [InlineData("k=1#one\nl='#'#two\n#three", "{'k': 1, 'l': '#'}")]
    [InlineData("K = 1\nk = 2", "{'K': 1, 'k': 2}")]
    // tables
    [InlineData("[a]\n[a.b]\nc = 1\n[ d . 'e f' ]\n[\"\"]\n[a.b.\"c.d\"]", "{'a': {'b': {'c': 1, 'c.d': {}}}, 'd': {'e f': {}}, '': {}}")]
    [InlineData("[x.y.z]\na = 1\n[x]\nb = 2\n[x.y]\nc = 3", "{'x': {'y': {'z': {'a': 1}, 'c': 3}, 'b': 2}}")]
    [InlineData("[a]\nb.c = 1\n[a.b.d]\ne = 2", "{'a': {'b': {'c': 1, 'd': {'e': 2}}}}")]
    [InlineData("[a.b]\n[c]\n[a.d]", "{'a': {'b': {}, 'd': {}}, 'c': {}}")]
    [InlineData("[true]\n[inf]\n[1.2]\n[-]", "{'true': {}, 'inf': {}, '1': {'2': {}}, '-': {}}")]
    [InlineData("[[a]]\n[[a]]\nb = 1\n[a.c]\nd = 2\n[[a.e]]\n[[a.e]]\nf = 3\n[[a]]", "{'a': [{}, {'b': 1, 'c': {'d': 2}, 'e': [{}, {'f': 3}]}, {}]}")]
    [InlineData("[[a.b]]\nc = 1\n[a]\nd = 2\n[[a.b]]", "{'a': {'b': [{'c': 1}, {}], 'd': 2}}")]
    [InlineData("[a]\nb.c = 1\n[[a.b.d]]\ne = 2", "{'a': {'b': {'c': 1, 'd': [{'e': 2}]}}}")]
    [InlineData("[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2", "{'a': [{'b': {'c': 1}}, {'b': {'c': 2}}]}")]
    [InlineData("[[a]]\nt.x = 1\n[[a]]\nt.x = 2\n[[\"\"]]", "{'a': [{'t': {'x': 1}}, {'t': {'x': 2}}], '': [{}]}")]
    // lines
    [InlineData("\r\n\t k = 1 \t\r\n \r\n[t] \t# x\r\n", "{'k': 1, 't': {}}")]
    [InlineData("\uFEFFk = 1", "{'k': 1}")]
    [InlineData("# é 😀 \t", "{}")]
    [InlineData("[t]", "{'t': {}}")]
    public void Document_OfTheLanguage_IsReadAsItIsMeant(string document, string shown) =>
        Assert.Equal(shown, Shown.Of(TomlDocument.Parse(Encoding.UTF8.GetBytes(document), "t.conf")));

    private static void AssertRefused(string document)
    {
        var failure = Record.Exception(() => TomlDocument.Parse(document, "t.conf"));
        Assert.True(failure is TomlException, $"{Shown.Quote(document)}: {failure?.GetType().Name ?? "taken"}");
        Assert.Matches(@"^t\.conf:\d+:\d+: \S", failure!.Message);
    }
}
