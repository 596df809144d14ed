using System.Xml.Linq;

namespace CriSharp.Architecture.Tests;

/// <summary>Settings that hold for every project, and are said once.</summary>
public sealed class ProjectTests
{
    [Theory]
    [InlineData("Nullable", "enable")]
    [InlineData("TreatWarningsAsErrors", "true")]
    [InlineData("AnalysisLevel", "latest-recommended")]
    [InlineData("EnforceCodeStyleInBuild", "true")]
    [InlineData("DisableTransitiveProjectReferences", "true")]
    [InlineData("AllowUnsafeBlocks", "false")]
    [InlineData("InvariantGlobalization", "true")]
    public void Setting_WhenSaidForAll_IsNotTakenBackByOne(string name, string value)
    {
        Assert.Equal(value, XDocument.Parse(SourceTree.Read("Directory.Build.props")).Descendants(name).Single().Value);
        var others = SourceTree.Files
            .Where(path => path != "Directory.Build.props" && (path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".props", StringComparison.Ordinal)))
            .Where(path => XDocument.Parse(SourceTree.Read(path)).Descendants(name).Any());
        Assert.Equal(name == "AllowUnsafeBlocks" ? ["src/CriSharp.Linux/CriSharp.Linux.csproj"] : [], others);
    }

    /// <summary>In a project file it would break every restore where the compiler's packs can't be had: contrib/publish sets it.</summary>
    [Fact]
    public void PublishAot_IsInNoProjectFile() =>
        Assert.DoesNotContain(SourceTree.Projects, path => XDocument.Parse(SourceTree.Read(path)).Descendants("PublishAot").Any());

    [Fact]
    public void Rooms_WhenShipped_AreCheckedForNativeCompilation()
    {
        Assert.Equal("true", XDocument.Parse(SourceTree.Read("src/Directory.Build.props")).Descendants("IsAotCompatible").Single().Value);
        Assert.Equal("true", XDocument.Parse(SourceTree.Read("conmon-sharp/conmon-sharp.csproj")).Descendants("IsAotCompatible").Single().Value);
    }

    [Fact]
    public void PackageVersions_WhenNamed_AreNamedInOnePlace() =>
        Assert.DoesNotContain(SourceTree.Projects, path => XDocument.Parse(SourceTree.Read(path)).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null));

    [Fact]
    public void SuppressedWarnings_WhenOfOneProject_HaveTheirReasonBesideThem() =>
        Assert.All(SourceTree.Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal)), path =>
            Assert.All(XDocument.Parse(SourceTree.Read(path)).Descendants("NoWarn"), setting =>
                Assert.True(setting.PreviousNode?.PreviousNode is XComment || setting.PreviousNode is XComment, $"{path}: no comment above NoWarn")));

    [Fact]
    public void TopLevel_WhenListed_HoldsWhatTheHouseHas()
    {
        string[] allowed =
        [
            "src", "proto", "tests", "contrib", "conmon-sharp", ".ci", "CriSharp.sln", "README.md", "Directory.Build.props",
            "Directory.Packages.props", ".editorconfig", ".gitignore", ".gitattributes", "global.json", "LICENSE",
        ];
        Assert.Empty(SourceTree.Files.Select(path => path.Split('/')[0]).Distinct().Except(allowed));
    }
}
