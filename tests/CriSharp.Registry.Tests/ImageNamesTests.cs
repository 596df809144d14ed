using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Names;

namespace CriSharp.Registry.Tests;

/// <summary>What names stand for, by a registries.conf of each test's own.</summary>
public sealed class ImageNamesTests : IDisposable
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Several = """
        unqualified-search-registries = ["docker.io", "quay.io", "localhost:5000/"]
        [aliases]
        "tool" = "quay.io/tools/tool"
        "team/app" = "docker.io/other"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-names-");

    private string Main => Path.Combine(_folder.FullName, "registries.conf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "busybox:1", "docker.io/library/busybox:1")]
    [InlineData("", "quay.io/a", "quay.io/a:latest")]
    [InlineData("unqualified-search-registries = [\"quay.io\"]", "busybox", "quay.io/busybox:latest")]
    [InlineData("unqualified-search-registries = [\"docker.io\"]", "busybox", "docker.io/library/busybox:latest")]
    [InlineData("unqualified-search-registries = [\"quay.io\"]", "docker.io/busybox", "docker.io/library/busybox:latest")]
    [InlineData(Several, "tool", "quay.io/tools/tool:latest")]
    [InlineData(Several, "tool:2", "quay.io/tools/tool:2")]
    [InlineData(Several, "tool:2@" + Digest, "quay.io/tools/tool@" + Digest)]
    [InlineData(Several, "team/app", "docker.io/library/other:latest")]
    public void Resolve_OfWhatIsClear_IsOneReference(string text, string name, string reference)
    {
        File.WriteAllText(Main, text);

        Assert.Equal(reference, Assert.Single(Names(null).Resolve(name)).ToString());
        Assert.Equal(reference, Assert.Single(Names(null).Find(name)).ToString());
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("short-name-mode = \"enforcing\"", null)]
    [InlineData("short-name-mode = \"permissive\"", ShortNameMode.Enforcing)]
    public void Resolve_WhenSeveralAreMeantAndThatIsRefused_ListsThem(string mode, ShortNameMode? own)
    {
        File.WriteAllText(Main, $"{mode}\n{Several}");

        var failure = Assert.Throws<RuntimeException>(() => Names(own).Resolve("team/thing:1"));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains("docker.io/team/thing:1, quay.io/team/thing:1, localhost:5000/team/thing:1", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{Main}:2", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Names(own).Find("team/thing:1"));
    }

    [Theory]
    [InlineData("short-name-mode = \"permissive\"", null)]
    [InlineData("short-name-mode = \"disabled\"", null)]
    [InlineData("short-name-mode = \"enforcing\"", ShortNameMode.Disabled)]
    public void Resolve_WhenSeveralAreSearched_KeepsTheirOrder(string mode, ShortNameMode? own)
    {
        File.WriteAllText(Main, $"{mode}\n{Several}");

        Assert.Equal(
            ["docker.io/library/thing:latest", "quay.io/thing:latest", "localhost:5000/thing:latest"],
            Names(own).Resolve("thing").Select(reference => reference.ToString()));
    }

    [Fact]
    public void Resolve_WhenNothingIsSearched_IsRefused()
    {
        File.WriteAllText(Main, "unqualified-search-registries = []");

        var failure = Assert.Throws<RuntimeException>(() => Names(null).Resolve("thing"));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains("no registry is searched", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DropIns_ReplaceAliasesOneByOneAndTakeThemAway()
    {
        File.WriteAllText(Main, "unqualified-search-registries = [\"a.example\"]\n[aliases]\na = \"x.example/a\"\nb = \"x.example/b\"\nc = \"x.example/c\"");
        Directory.CreateDirectory($"{Main}.d");
        File.WriteAllText(Path.Combine($"{Main}.d", "1.conf"), "[aliases]\na = \"\"\nb = \"y.example/b\"");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "registries.rootful.conf.d"));
        File.WriteAllText(Path.Combine(_folder.FullName, "registries.rootful.conf.d", "1.conf"), "[aliases]\nc = \"hidden.example/c\"");
        File.WriteAllText(Path.Combine(_folder.FullName, "registries.rootful.conf.d", "2.conf"), "short-name-mode = \"disabled\"");

        Assert.Equal(
            ["a.example/a:latest", "y.example/b:latest", "x.example/c:latest"],
            ((string[])["a", "b", "c"]).Select(name => Assert.Single(Names(null).Resolve(name)).ToString()));
        Assert.Equal(ShortNameMode.Disabled, RegistriesFile.Read(Main).ShortNames.Mode);
    }

    [Theory]
    [InlineData("short-name-mode = \"loose\"", ":1:")]
    [InlineData("unqualified-search-registries = [\"https://a.example\"]", "HOST[:PORT]")]
    [InlineData("unqualified-search-registries = [\"a.example/team\"]", "HOST[:PORT]")]
    [InlineData("unqualified-search-registries = \"a.example\"", ":1:")]
    [InlineData("[aliases]\n\"a:1\" = \"x.example/a\"", ":2:")]
    [InlineData("[aliases]\n\"x.example/a\" = \"x.example/a\"", ":2:")]
    [InlineData("[aliases]\na = \"b\"", "HOST[:PORT]/REPOSITORY")]
    [InlineData("[aliases]\na = \"x.example/a:1\"", "HOST[:PORT]/REPOSITORY")]
    [InlineData("[aliases]\na = 1", ":2:")]
    public void Read_WhenSomethingIsWrong_NamesFileAndPlace(string text, string words)
    {
        File.WriteAllText(Main, text);

        var failure = Assert.Throws<RuntimeException>(() => RegistriesFile.Read(Main));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.StartsWith(Main, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    private ImageNames Names(ShortNameMode? mode)
    {
        var registries = RegistriesFile.Read(Main);
        return new ImageNames(() => registries, mode);
    }
}
