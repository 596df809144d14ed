using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Tests;

/// <summary>containers-policy.json(5), signedIdentity</summary>
public class SignedIdentityTests
{
    private const string A = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    [Theory]
    [InlineData("a.test/app:1", "a.test/app:1", true)]
    [InlineData("a.test/app:1", "a.test/app:2", false)]
    [InlineData("a.test/app:1", "a.test/app", false)]
    [InlineData("a.test/app:latest", "a.test/app", false)]
    [InlineData("a.test/app:1", "b.test/app:1", false)]
    [InlineData("a.test/app:1", "a.test/app" + A, false)]
    [InlineData("a.test/app:1", "a.test/app:1" + A, false)]
    [InlineData("a.test/app" + A, "a.test/app:1", true)]
    [InlineData("a.test/app" + A, "a.test/app" + B, true)]
    [InlineData("a.test/app" + A, "a.test/app", false)]
    [InlineData("a.test/app" + A, "a.test/other:1", false)]
    [InlineData("busybox:1", "docker.io/library/busybox:1", true)]
    [InlineData("a.test/app:1", "A.test/app:1", false)]
    [InlineData("a.test/app:1", "not a name", false)]
    public void Usual_WhenAsked_WantsTheVeryTag(string image, string claim, bool fits) => Assert.Equal(fits, SignedIdentity.Usual.Matches(ImageReference.Parse(image), claim));

    [Theory]
    [InlineData("a.test/app:1", "a.test/app:1", true)]
    [InlineData("a.test/app" + A, "a.test/app" + A, true)]
    [InlineData("a.test/app" + A, "a.test/app" + B, false)]
    [InlineData("a.test/app" + A, "a.test/app:1", false)]
    public void MatchExact_WhenAsked_WantsTheVeryName(string image, string claim, bool fits) =>
        Assert.Equal(fits, new SignedIdentity.MatchExact().Matches(ImageReference.Parse(image), claim));

    [Theory]
    [InlineData("a.test/app:1", "a.test/app:2", true)]
    [InlineData("a.test/app:1", "a.test/app", true)]
    [InlineData("a.test/app:1", "a.test/app/more", false)]
    public void MatchRepository_WhenAsked_WantsTheRepository(string image, string claim, bool fits) =>
        Assert.Equal(fits, new SignedIdentity.MatchRepository().Matches(ImageReference.Parse(image), claim));

    [Theory]
    [InlineData("b.test/app:1", true)]
    [InlineData("b.test/app:2", false)]
    [InlineData("a.test/app:1", false)]
    public void ExactReference_WhenAsked_WantsWhatThePolicyNames(string claim, bool fits) =>
        Assert.Equal(fits, new SignedIdentity.ExactReference(ImageReference.Parse("b.test/app:1")).Matches(ImageReference.Parse("a.test/app:1"), claim));

    [Theory]
    [InlineData("b.test/app:1", true)]
    [InlineData("b.test/app", true)]
    [InlineData("a.test/app:1", false)]
    public void ExactRepository_WhenAsked_WantsWhatThePolicyNames(string claim, bool fits) =>
        Assert.Equal(fits, new SignedIdentity.ExactRepository("b.test/app").Matches(ImageReference.Parse("a.test/app:1"), claim));

    [Theory]
    [InlineData("mirror.test:5000/vendor/app:1", "vendor.test/x/app:1", true)]
    [InlineData("mirror.test:5000/vendor/app:1", "mirror.test:5000/vendor/app:1", false)]
    [InlineData("mirror.test:5000/vendor/app" + A, "vendor.test/x/app:7", true)]
    [InlineData("mirror.test:5000/vendors/app:1", "mirror.test:5000/vendors/app:1", true)]
    [InlineData("mirror.test:5000/vendors/app:1", "vendor.test/xs/app:1", false)]
    [InlineData("other.test/app:1", "other.test/app:1", true)]
    public void RemapIdentity_WhenAsked_ReplacesWholeComponents(string image, string claim, bool fits) =>
        Assert.Equal(fits, new SignedIdentity.RemapIdentity("mirror.test:5000/vendor", "vendor.test/x").Matches(ImageReference.Parse(image), claim));
}
