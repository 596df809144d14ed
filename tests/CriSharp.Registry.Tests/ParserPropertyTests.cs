using System.Text;
using CriSharp.Primitives;
using CriSharp.Registry.Auth;
using CriSharp.Registry.Mirrors;
using CriSharp.TestSupport.Fuzzing;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace CriSharp.Registry.Tests;

/// <summary>What holds of any challenge and any registries.conf. Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.</summary>
public sealed class ParserPropertyTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-parsers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Challenges_OfAnyText_EndWithoutAnError() => output.WriteLine(FuzzRun.Each(cases: 50_000, random =>
    {
        const string letters = "Bearer realm=\"\\,\t x";
        var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => letters[random.Next(letters.Length)]));
        foreach (var challenge in AuthChallenge.Parse([text]))
        {
            Assert.NotEmpty(challenge.Scheme);
        }
    }));

    [Fact]
    public void Challenge_ThatWasWritten_IsReadBack()
    {
        var value = Gen.Choose(' ', '~').Select(letter => (char)letter).ArrayOf().Select(letters => new string(letters));
        output.WriteLine(PropertyRun.Each(cases: 20, value.Three(), written =>
        {
            var (realm, service, scope) = written;
            var header = $"Basic realm={Quoted("first")}, Bearer realm={Quoted(realm)},service={Quoted(service)} , scope={Quoted(scope)}";
            var challenges = AuthChallenge.Parse([header]);
            Assert.Equal(["Basic", "Bearer"], challenges.Select(challenge => challenge.Scheme));
            Assert.Equal((realm, service, scope), (challenges[1]["realm"], challenges[1]["service"], challenges[1]["scope"]));
        }));
    }

    [Fact]
    public void Rules_ThatWereWritten_AreReadBack()
    {
        var file = Path.Combine(_folder.FullName, "written.conf");
        var location = Gen.Elements("a.example", "b.example:5000", "c.example/team", "localhost:5000/x/y");
        var mirror = from place in location
                     from insecure in Gen.Elements(true, false)
                     from use in Gen.Elements(MirrorUse.All, MirrorUse.DigestOnly, MirrorUse.TagOnly)
                     select new RegistryMirror(place, insecure, use);
        var rule = from place in location
                   from insecure in Gen.Elements(true, false)
                   from blocked in Gen.Elements(true, false)
                   from mirrors in mirror.ArrayOf()
                   select (Location: place, IsInsecure: insecure, IsBlocked: blocked, Mirrors: mirrors);
        output.WriteLine(PropertyRun.Each(cases: 5, rule.ArrayOf(), written =>
        {
            var text = new StringBuilder();
            for (var i = 0; i < written.Length; i++)
            {
                text.Append(Lower($"[[registry]]\nprefix = \"p{i}.example\"\nlocation = \"{written[i].Location}\"\ninsecure = {written[i].IsInsecure}\nblocked={written[i].IsBlocked} # a comment\n"));
                foreach (var (place, insecure, use) in written[i].Mirrors)
                {
                    var word = use switch { MirrorUse.All => "all", MirrorUse.DigestOnly => "digest-only", _ => "tag-only" };
                    text.Append(Lower($"[[registry.mirror]]\nlocation = '{place}'\n\"insecure\" = {insecure}\npull-from-mirror = \"{word}\"\n"));
                }
            }

            File.WriteAllText(file, text.ToString());
            var read = RegistriesFile.Read(file).Rules;
            Assert.Equal(written.Select((rule, i) => ($"p{i}.example", rule.Location, rule.IsInsecure, rule.IsBlocked)), read.Select(rule => (rule.Prefix, rule.Location, rule.IsInsecure, rule.IsBlocked)));
            Assert.Equal(written.SelectMany(rule => rule.Mirrors), read.SelectMany(rule => rule.Mirrors));
        }));
    }

    [Fact]
    public void RegistriesFile_OfAnyBytes_IsReadOrInvalidArgument()
    {
        var file = Path.Combine(_folder.FullName, "any.conf");
        string[] pieces =
        [
            "[[registry]]\n", "[[registry.mirror]]\n", "[registry]\n", "[aliases]\n", "location = \"a.example\"\n", "prefix = \"*.example\"\n", "prefix = \"*\"\n", "insecure = 1\n", "blocked = true\n", "mirror = []\n",
            "registry = [{location='x.example',mirror=[{}]}]\n", "pull-from-mirror = \"tag-only\"\n", "mirror-by-digest-only = true\n", "registries = {}\n", "\"\"\"", "'''", "\\", "\"", "=", "[", "]", "{", "}", ",", "\n", "\r", "\0",
            "a.b.c = 1\n", "\xff", "1979-05-27T07:32:00Z", "0x", "1e", "inf", "nan", "+_1", "# x", "unqualified-search-registries = [\"docker.io\",]\n", "short-name-mode = 5\n", "\"\\ud800\"", "location = \"../..\"\n", "location = \"\"\n",
        ];
        var read = 0;
        output.WriteLine(FuzzRun.Each(cases: 5000, random =>
        {
            File.WriteAllBytes(file, [.. Enumerable.Range(0, random.Next(1, 10)).SelectMany(_ => Encoding.Latin1.GetBytes(pieces[random.Next(pieces.Length)]))]);
            try
            {
                RegistriesFile.Read(file);
                read++;
            }
            catch (RuntimeException refused) when (refused.Kind == ErrorKind.InvalidArgument)
            {
                Assert.Contains("any.conf", refused.Message, StringComparison.Ordinal);
            }
        }) + $", {read} read");
        Assert.True(read > 0);
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Lower(string text) => text.Replace("True", "true", StringComparison.Ordinal).Replace("False", "false", StringComparison.Ordinal);
}
