using System.Text;
using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Tests;

public class PolicyReaderTests
{
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";

    [Fact]
    public void Read_OfEveryRequirement_UnderstandsIt()
    {
        var policy = Read("""
            {
              "default": [{"type": "reject"}],
              "transports": {
                "dir": {"": [{"type": "insecureAcceptAnything"}]},
                "docker": {
                  "a.test": [
                    {"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/a.gpg"},
                    {"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a.gpg", "/b.gpg"], "signedIdentity": {"type": "matchExact"}},
                    {"type": "signedBy", "keyType": "GPGKeys", "keyData": "AAEC", "signedIdentity": {"type": "exactReference", "dockerReference": "busybox:1"}},
                    {"type": "sigstoreSigned", "keyPath": "/a.pub", "signedIdentity": {"type": "matchRepository"}},
                    {"type": "sigstoreSigned", "keyDatas": ["AAEC", "AwQF"], "signedIdentity": {"type": "exactRepository", "dockerRepository": "busybox"}}
                  ]
                }
              }
            }
            """);

        Assert.IsType<Requirement.Reject>(Assert.Single(policy.Default));
        var found = policy.Docker["a.test"];
        var first = Assert.IsType<Requirement.SignedBy>(found[0]);
        Assert.Equal("/a.gpg", Assert.Single(first.Keys).Words);
        Assert.Same(SignedIdentity.Usual, first.Identity);
        Assert.Equal(["/a.gpg", "/b.gpg"], Assert.IsType<Requirement.SignedBy>(found[1]).Keys.Select(key => key.Words));
        var third = Assert.IsType<Requirement.SignedBy>(found[2]);
        Assert.Equal([0, 1, 2], Assert.Single(third.Keys).Embedded!.Value.ToArray());
        Assert.Equal("docker.io/library/busybox:1", Assert.IsType<SignedIdentity.ExactReference>(third.Identity).Reference.ToString());
        Assert.IsType<SignedIdentity.MatchRepository>(Assert.IsType<Requirement.SigstoreSigned>(found[3]).Identity);
        var last = Assert.IsType<Requirement.SigstoreSigned>(found[4]);
        Assert.Equal(2, last.Keys.Count);
        Assert.Equal("docker.io/library/busybox", Assert.IsType<SignedIdentity.ExactRepository>(last.Identity).Repository);
        Assert.Equal("transports.docker[\"a.test\"][4]", last.Place);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "is not an object")]
    [InlineData("{}", "there is no \"default\"")]
    [InlineData("""{"default": []}""", "default is empty")]
    [InlineData("""{"default": {}}""", "default is not a list")]
    [InlineData("""{"default": [{}]}""", "default[0] has no \"type\"")]
    [InlineData("""{"default": [{"type": "other"}]}""", "default[0].type is \"other\"")]
    [InlineData("""{"default": [{"type": "Reject"}]}""", "default[0].type is \"Reject\"")]
    [InlineData("""{"default": [{"type": "reject", "why": 1}]}""", "default[0].why is unknown")]
    [InlineData("""{"default": [{"type": "reject"}], "Transports": {}}""", "Transports is unknown")]
    [InlineData("""{"default": [{"type": "reject"}], "default": [{"type": "insecureAcceptAnything"}]}""", "default is there twice")]
    [InlineData("""{"default": [{"type": "reject", "type": "insecureAcceptAnything"}]}""", "default[0].type is there twice")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"docker": {"a.test": []}}}""", "transports.docker[\"a.test\"] is empty")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"docker": {"a": [{"type":"reject"}], "a": [{"type":"reject"}]}}}""", "transports.docker.a is there twice")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"dir": {"/": [{"type":"x"}]}}}""", "transports.dir[\"/\"][0].type is \"x\"")]
    [InlineData("""{"default": [{"type": "signedBy", "keyPath": "/a"}]}""", "default[0] has no \"keyType\"")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "GPGKeys"}]}""", "default[0] has none: want exactly one of keyPath, keyPaths, keyData")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/a", "keyData": "AA=="}]}""", "has keyPath and keyData")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "a.gpg"}]}""", "want an absolute path")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": []}]}""", "keyPaths is empty")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyData": "???"}]}""", "keyData is not base64")]
    [InlineData("""{"default": [{"type": "signedBy", "keyType": "PGP", "keyPath": "/a"}]}""", "keyType is \"PGP\"")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/a", "signedIdentity": {"type": "any"}}]}""", "signedIdentity.type is \"any\"")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/a", "signedIdentity": {"type": "exactReference", "dockerReference": "busybox"}}]}""", "with a tag or a digest")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/a", "signedIdentity": {"type": "exactRepository", "dockerRepository": "busybox:1"}}]}""", "without tag or digest")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/a", "signedIdentity": {"type": "remapIdentity", "prefix": "busybox", "signedPrefix": "a.test"}}]}""", "in full")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/a", "signedIdentity": {"type": "remapIdentity", "prefix": "a.test"}}]}""", "has no \"signedPrefix\"")]
    public void Read_OfAnythingElse_SaysWhatIsWrong(string json, string words)
    {
        var wrong = Assert.Throws<FormatException>(() => Read(json));

        Assert.StartsWith("/policy.json: ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(words, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}}""", "base layers")]
    [InlineData("""{"type": "signedBy", "keyType": "X509Certificates", "keyPath": "/a"}""", "X509Certificates")]
    [InlineData("""{"type": "sigstoreSigned", "fulcio": {"caPath": "/a"}, "rekorPublicKeyPath": "/b"}""", "fulcio")]
    [InlineData("""{"type": "sigstoreSigned", "pki": {"caRootsPath": "/a"}}""", "pki")]
    [InlineData("""{"type": "sigstoreSigned", "keyPath": "/a", "rekorPublicKeyPath": "/b"}""", "rekorPublicKeyPath")]
    public void Demands_OfWhatCannotBeChecked_AreNeverMet(string requirement, string words)
    {
        var demands = Read($$"""{"default": [{"type": "insecureAcceptAnything"}, {{requirement}}]}""").For(ImageReference.Parse("a.test/b:1"));

        Assert.False(demands.AcceptAnything);
        Assert.Contains(words, demands.Refusal, StringComparison.Ordinal);
        Assert.Contains("default[1]", demands.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b.test:5000/ns/app:1", "docker \"a.b.test:5000/ns/app:1\"")]
    [InlineData("a.b.test:5000/ns/app:2", "docker \"a.b.test:5000/ns/app\"")]
    [InlineData("a.b.test:5000/ns/other:1", "docker \"a.b.test:5000/ns\"")]
    [InlineData("a.b.test:5000/nsx/app:1", "docker \"a.b.test:5000\"")]
    [InlineData("a.b.test:5001/ns/app:1", "docker \"*.b.test\"")]
    [InlineData("x.y.test/app:1", "docker \"*.test\"")]
    [InlineData("busybox", "docker \"docker.io/library\"")]
    [InlineData("quay.example/app", "docker \"\"")]
    [InlineData("test/app", "docker \"\"")]
    public void For_WhenSeveralScopesFit_TakesTheMostExact(string image, string scope)
    {
        string[] scopes =
        [
            "a.b.test:5000/ns/app:1", "a.b.test:5000/ns/app", "a.b.test:5000/ns", "a.b.test:5000", "*.b.test", "*.test", "docker.io/library", "",
        ];
        var policy = Read($$$"""{"default": {{{Accept}}}, "transports": {"docker": { {{{string.Join(",", scopes.Select(name => $"\"{name}\":{Accept}"))}}} } } }""");

        Assert.Equal($"scope {scope} of /policy.json", policy.For(ImageReference.Parse(image)).Scope);
    }

    [Fact]
    public void For_WhenNoScopeFits_TakesTheDefault()
    {
        var policy = Read($$$"""{"default": {{{Accept}}}, "transports": {"docker": {"a.test": [{"type": "reject"}]} } }""");

        Assert.Equal("default of /policy.json", policy.For(ImageReference.Parse("b.test/app")).Scope);
        Assert.Contains("rejects it", policy.For(ImageReference.Parse("a.test/app")).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void For_AnImageByDigest_KnowsItsDigestAsScope()
    {
        var name = $"a.test/app@sha256:{new string('a', 64)}";
        var policy = Read($$$"""{"default": {{{Accept}}}, "transports": {"docker": {"{{{name}}}": [{"type": "reject"}]} } }""");

        Assert.NotNull(policy.For(ImageReference.Parse(name)).Refusal);
        Assert.Null(policy.For(ImageReference.Parse("a.test/app:1")).Refusal);
    }

    private static SignaturePolicy Read(string json) => PolicyReader.Read(Encoding.UTF8.GetBytes(json), "/policy.json");
}
