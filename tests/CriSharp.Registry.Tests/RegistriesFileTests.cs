using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Tests;

/// <summary>Each test has a registries.conf of its own.</summary>
public sealed class RegistriesFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-registries-");

    private string Main => Path.Combine(_folder.FullName, "registries.conf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_WhenThereIsNoFile_HasNoRules() => Assert.Empty(RegistriesFile.Read(Main).Rules);

    [Fact]
    public void Read_KnowsAllKeysOfARegistry()
    {
        File.WriteAllText(Main, """
            unqualified-search-registries = ["docker.io"]
            short-name-mode = "enforcing"

            [[registry]]
            prefix = "example.com/team"
            location = "internal.example:5000/team/"
            insecure = true

            [[registry.mirror]]
            location = "one.example"
            [[registry.mirror]]
            location = "two.example/cache"
            insecure = true
            pull-from-mirror = "tag-only"

            [[registry]]
            location = "bad.example"
            blocked = true
            [aliases]
            "x" = "example.com/x"
            """);

        var rules = RegistriesFile.Read(Main).Rules;

        Assert.Equal(2, rules.Count);
        var team = rules[0];
        Assert.Equal(("example.com/team", "internal.example:5000/team", true, false), (team.Prefix, team.Location, team.IsInsecure, team.IsBlocked));
        Assert.Equal([new RegistryMirror("one.example", false, MirrorUse.All), new RegistryMirror("two.example/cache", true, MirrorUse.TagOnly)], team.Mirrors);
        Assert.Equal(("bad.example", "bad.example", false, true), (rules[1].Prefix, rules[1].Location, rules[1].IsInsecure, rules[1].IsBlocked));
    }

    [Fact]
    public void Read_WhenMirrorsServeDigestsOnly_SaysSoOfEach()
    {
        File.WriteAllText(Main, """
            [[registry]]
            location = "a.example"
            mirror-by-digest-only = true
            mirror = [{ location = "b.example" }]
            """);

        Assert.Equal(MirrorUse.DigestOnly, Assert.Single(Assert.Single(RegistriesFile.Read(Main).Rules).Mirrors).Use);
    }

    [Fact]
    public void Read_TakesDropInsInTheOrderOfTheirNames()
    {
        File.WriteAllText(Main, "registry = [{ location = \"a.example\" }, { location = \"b.example\" }]");
        Directory.CreateDirectory($"{Main}.d");
        File.WriteAllText(Path.Combine($"{Main}.d", "20.conf"), "registry = [{ prefix = \"a.example\", location = \"last.example\" }]");
        File.WriteAllText(Path.Combine($"{Main}.d", "10.conf"), "registry = [{ prefix = \"a.example\", location = \"first.example\" }]");
        File.WriteAllText(Path.Combine($"{Main}.d", "note.txt"), "no TOML");

        Assert.Equal(["last.example", "b.example"], RegistriesFile.Read(Main).Rules.Select(rule => rule.Location));
    }

    [Theory]
    [InlineData("prefix = \"a.example/b:tag\"")]
    [InlineData("prefix = \"a.example:5000/b:tag\"\nlocation = \"c.example/d:other\"")]
    [InlineData("location = \"a.example/b@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"")]
    public void Read_OfARuleForOneImage_IsAllowedAndNeverFound(string rule)
    {
        File.WriteAllText(Main, $"[[registry]]\n{rule}\nblocked = true");

        var registries = RegistriesFile.Read(Main);

        Assert.True(Assert.Single(registries.Rules).IsNeverFound);
        Assert.Null(registries.RuleFor("a.example/b"));
        Assert.Null(registries.RuleFor("a.example:5000/b"));
    }

    [Theory]
    [InlineData(null, RegistriesFile.DefaultPath)]
    [InlineData("", RegistriesFile.DefaultPath)]
    [InlineData("/run/mine.conf", "/run/mine.conf")]
    public void UsualPath_IsTheEnvironmentsWord(string? value, string path) =>
        Assert.Equal(path, RegistriesFile.UsualPath(name => name == "CONTAINERS_REGISTRIES_CONF" ? value : "/other"));

    [Theory]
    [InlineData("registry = [", ":1:")]
    [InlineData("[registries.search]\nregistries = []", "[[registry]]")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\nblocked = \"yes\"", ":3:")]
    [InlineData("[[registry]]\nblocked = true", ":2:11: [[registry]] has neither location nor prefix")]
    [InlineData("[[registry]]\n\nlocation = \"https://a.example\"", ":3:")]
    [InlineData("[[registry]]\nlocation = \"mirror\"", "HOST")]
    [InlineData("[[registry]]\nprefix = \"a.example/b:t/g\"", "HOST")]
    [InlineData("[[registry]]\nprefix = \"b:tag\"", "HOST")]
    [InlineData("[[registry]]\nprefix = \"a.example/b\"\nlocation = \"c.example/b:tag\"", ":3:")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"b.example/c:tag\"", ":4:")]
    [InlineData("[[registry]]\nlocation = \"http://alice:canary@a.example\"", "logins stand in auth files")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"alice:canary@b.example\"", ":4:")]
    [InlineData("[[registry]]\nprefix = \"*.a.example/b\"", "*.DOMAIN")]
    [InlineData("[[registry]]\nprefix = \"*\"", "*.DOMAIN")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\ninsecure = true", ":4:12: [[registry.mirror]] has no location")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"b.example\"\npull-from-mirror = \"never\"", ":5:")]
    [InlineData(
        "[[registry]]\nlocation = \"a.example\"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = \"b.example\"\npull-from-mirror = \"all\"", ":6:")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[[registry]]\nlocation = \"a.example/\"", ":4: the prefix \"a.example\"")]
    public void Read_WhenSomethingIsWrong_NamesFileAndPlace(string text, string words)
    {
        File.WriteAllText(Main, text);

        var failure = Assert.Throws<RuntimeException>(() => RegistriesFile.Read(Main));
        Assert.DoesNotContain("canary", failure.Message, StringComparison.Ordinal);

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.StartsWith(Main, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
