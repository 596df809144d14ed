namespace CriSharp.Toml.Tests;

public sealed class TomlTableTests
{
    private const string Text = """
        title = "x"
        [crio.runtime]
        log_level = 3
        ratio = 0.5
        names = ["a", 1]
        tables = [{}, "no"]
        """;

    private readonly TomlTable _runtime = TomlDocument.Parse(Text, "crio.conf").GetTable("crio")!.GetTable("runtime")!;

    [Fact]
    public void Getters_ForAMissingKey_ReturnNull()
    {
        Assert.Null(_runtime.GetString("none"));
        Assert.Null(_runtime.GetInteger("none"));
        Assert.Null(_runtime.GetFloat("none"));
        Assert.Null(_runtime.GetBoolean("none"));
        Assert.Null(_runtime.GetTable("none"));
        Assert.Null(_runtime.GetStrings("none"));
        Assert.Null(_runtime.GetTables("none"));
    }

    [Fact]
    public void GetString_OfAnInteger_NamesFileLineAndKey()
    {
        var error = Assert.Throws<TomlException>(() => _runtime.GetString("log_level"));

        Assert.Equal("crio.conf:3:13: crio.runtime.log_level is an integer; a string is wanted", error.Message);
    }

    [Fact]
    public void GetStrings_WithAnotherItem_NamesItsPlace()
    {
        var error = Assert.Throws<TomlException>(() => _runtime.GetStrings("names"));

        Assert.Equal("crio.conf:5:15: crio.runtime.names holds an integer; a string is wanted", error.Message);
    }

    [Fact]
    public void GetTables_WithAnotherItem_IsRefused() => Assert.Throws<TomlException>(() => _runtime.GetTables("tables"));

    [Fact]
    public void GetFloat_TakesAnIntegerToo()
    {
        Assert.Equal(0.5, _runtime.GetFloat("ratio"));
        Assert.Equal(3, _runtime.GetFloat("log_level"));
    }

    [Fact]
    public void Error_NamesTheKeysPlace() =>
        Assert.Equal("crio.conf:3:13: crio.runtime.log_level has to be below 3", _runtime.Error("log_level", "has to be below 3").Message);

    [Fact]
    public void Value_ReadAsAnotherKind_Throws()
    {
        Assert.True(_runtime.TryGet("log_level", out var value));
        Assert.Throws<InvalidOperationException>(() => value.Text);
        Assert.Throws<InvalidOperationException>(() => value.Items);
    }
}
