using CriSharp.Oci;
using CriSharp.Signatures.Sources;

namespace CriSharp.Signatures.Tests;

/// <summary>containers-registries.d(5)</summary>
public sealed class SignatureSourcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-sources-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_OfNothing_IsTheUsualPlace()
    {
        var sources = SignatureSources.Read(Path.Combine(_folder, "absent"));

        Assert.Equal("file:///var/lib/containers/sigstore", sources.LookasideOf(ImageReference.Parse("a.test/app")).AbsoluteUri);
        Assert.Null(sources.UsesAttachments(ImageReference.Parse("a.test/app")));
    }

    [Theory]
    [InlineData("a.test/ns/app:1", "https://exact.test/s", false)]
    [InlineData("a.test/ns/app:2", "file:///ns", true)]
    [InlineData("a.test/other/app", "http://host.test:8080/x", true)]
    [InlineData("b.test/app", "file:///default", null)]
    public void Lookups_WhenSeveralScopesFit_TakeTheMostExactThatSaysIt(string image, string lookaside, bool? attachments)
    {
        Write("default.yaml", """
            # what is not said elsewhere
            default-docker:
              sigstore: file:///default
              lookaside-staging: file:///staging
            """);
        Write("scopes.yaml", """
            docker:
                a.test:
                    lookaside: "http://host.test:8080/x"
                    use-sigstore-attachments: true
                a.test/ns: {lookaside: 'file:///ns'}
                a.test/ns/app:1:
                    lookaside: https://exact.test/s
                    sigstore: https://former.test/s
                    use-sigstore-attachments: false
            """);
        Write("ignored.yml", "nonsense");
        var sources = SignatureSources.Read(_folder);

        Assert.Equal(lookaside, sources.LookasideOf(ImageReference.Parse(image)).AbsoluteUri);
        Assert.Equal(attachments, sources.UsesAttachments(ImageReference.Parse(image)));
    }

    [Theory]
    [InlineData("x: 1", "one.yaml:1: \"x\" is unknown")]
    [InlineData("docker:\n  a.test:\n    other: 1", "one.yaml:3: \"other\" is unknown")]
    [InlineData("docker:\n  a.test:\n    lookaside: ftp://x/y", "one.yaml:3: \"ftp://x/y\" is not")]
    [InlineData("docker:\n  a.test:\n    lookaside: file://host/y", "one.yaml:3: \"file://host/y\" is not")]
    [InlineData("docker:\n  a.test:\n    use-sigstore-attachments: maybe", "one.yaml:3: use-sigstore-attachments is not true or false")]
    [InlineData("docker:\n  a.test: {}\n  a.test: {}", "one.yaml:3: \"a.test\" is there twice")]
    [InlineData("docker: [1]", "one.yaml:1: docker is not a mapping")]
    [InlineData("docker: {a: &x {}, b: *x}", "one.yaml:1: the section is not a mapping")]
    [InlineData("docker: {\n", "one.yaml:2: malformed YAML")]
    [InlineData("docker: {}\n---\ndocker: {}", "a second document")]
    public void Read_OfAnythingElse_SaysWhatIsWrongAndWhere(string yaml, string words)
    {
        Write("one.yaml", yaml);

        Assert.Contains(words, Assert.Throws<FormatException>(() => SignatureSources.Read(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfOneScopeInTwoFiles_NamesBoth()
    {
        Write("one.yaml", "docker:\n  a.test: {}");
        Write("two.yaml", "# second\ndocker:\n  a.test: {}");

        var words = Assert.Throws<FormatException>(() => SignatureSources.Read(_folder)).Message;

        Assert.Contains("two.yaml:3: docker.a.test is in ", words, StringComparison.Ordinal);
        Assert.Contains("one.yaml:2", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfEmptyFiles_IsFine()
    {
        Write("one.yaml", "");
        Write("two.yaml", "# nothing\n");
        Write("three.yaml", "docker:\n");

        Assert.Equal(SignatureSources.UsualLookaside, SignatureSources.Read(_folder).LookasideOf(ImageReference.Parse("a.test/app")));
    }

    [Fact]
    public void LookasideAddress_OfAnImage_HasNoHostAndNoTag() => Assert.Equal(
        $"https://s.test/x/ns/app@sha256={new string('a', 64)}/signature-2",
        LookasideAddress.Of(new Uri("https://s.test/x/"), ImageReference.Parse("a.test/ns/app:1"), Digest.Parse($"sha256:{new string('a', 64)}"), 2).AbsoluteUri);

    private void Write(string name, string yaml) => File.WriteAllText(Path.Combine(_folder, name), yaml);
}
