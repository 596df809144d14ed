using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

public sealed class MetadataRulesTests
{
    private static PodSandboxMetadata Sandbox() => new() { Name = "n", Namespace = "ns", Uid = "u" };

    [Fact]
    public void Sandbox_WithAllNames_Passes() => MetadataRules.Validate(Sandbox());

    [Fact]
    public void Missing_IsRefused()
    {
        Refused.Invalid("no metadata", () => MetadataRules.Validate((PodSandboxMetadata?)null));
        Refused.Invalid("no metadata", () => MetadataRules.Validate((ContainerMetadata?)null));
        Refused.Invalid("no name", () => MetadataRules.Validate(new ContainerMetadata()));
        Refused.Invalid("no namespace", () => MetadataRules.Validate(new PodSandboxMetadata { Name = "n", Uid = "u" }));
        Refused.Invalid("no uid", () => MetadataRules.Validate(new PodSandboxMetadata { Name = "n", Namespace = "ns" }));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void Name_ThatIsNoName_IsRefused(string name)
    {
        Refused.Invalid("name", () => MetadataRules.Validate(new ContainerMetadata { Name = name }));
        Refused.Invalid("uid", () => MetadataRules.Validate(new PodSandboxMetadata(Sandbox()) { Uid = name }));
    }

    [Fact]
    public void Name_ThatIsTooLong_IsRefused() =>
        Refused.Invalid("limit", () => MetadataRules.Validate(new ContainerMetadata { Name = new string('a', 513) }));
}
