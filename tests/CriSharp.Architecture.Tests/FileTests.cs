using System.Text.RegularExpressions;

namespace CriSharp.Architecture.Tests;

/// <summary>Sizes and places of files.</summary>
public sealed partial class FileTests
{
    private const int Limit = 500;
    private const int Remarkable = 350;

    /// <summary>Files of more than 350 lines, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongOnPurpose = new(StringComparer.Ordinal);

    [Fact]
    public void Files_WhenLong_AreFewAndExplained()
    {
        var lengths = SourceTree.Code.Select(path => (Path: path, Lines: File.ReadLines(Path.Combine(SourceTree.Root, path)).Count())).ToArray();
        Assert.DoesNotContain(lengths, file => file.Lines > Limit);
        Assert.Equal(LongOnPurpose.Keys.Order(StringComparer.Ordinal), lengths.Where(file => file.Lines > Remarkable).Select(file => file.Path));
    }

    [Fact]
    public void Files_WhenShipped_LieInFlatFeatureFolders() =>
        // src/<room>/<feature>/<file>, conmon-sharp/<file>
        Assert.DoesNotContain(
            SourceTree.ShippedCode,
            path => path.Count(character => character == '/') > (path.StartsWith("src/", StringComparison.Ordinal) ? 3 : 2));

    [Fact]
    public void Folders_WhenShipped_AreNamedForWhatTheyHold()
    {
        string[] banned = ["Internal", "Impl", "Helpers", "Utils", "Common", "Abstractions", "Models", "Misc"];
        Assert.DoesNotContain(SourceTree.ShippedCode, path => path.Split('/').SkipLast(1).Intersect(banned, StringComparer.OrdinalIgnoreCase).Any());
    }

    [Fact]
    public void Primitives_WhenCounted_AreAtMostTen() =>
        Assert.InRange(SourceTree.ShippedCode.Count(path => path.StartsWith("src/CriSharp.Primitives/", StringComparison.Ordinal)), 1, 10);

    [Fact]
    public void Repository_WhenLookedAt_NamesNoPackageRegistryAndNoPathOfAMachine()
    {
        var texts = SourceTree.Files.Where(path => !path.EndsWith("FileTests.cs", StringComparison.Ordinal) && TextFile().IsMatch(path));
        Assert.DoesNotContain(texts, path => Foreign().IsMatch(SourceTree.Read(path)));
    }

    [GeneratedRegex(@"\.(cs|csproj|props|targets|md|json|sh|py|js|proto|service|npmrc|conf|yml)$|(^|/)[^./]+$")]
    private static partial Regex TextFile();

    /// <summary>What a package index, a locked package's address and somebody's home look like, whoever runs them.</summary>
    [GeneratedRegex(@"https?://\S+/v3/index\.json|""resolved"": *""https?://|(^|[\s""'=:])/(home|root)/[^\s""']*packages", RegexOptions.Multiline)]
    private static partial Regex Foreign();
}
