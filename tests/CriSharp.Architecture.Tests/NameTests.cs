using System.Text.RegularExpressions;

namespace CriSharp.Architecture.Tests;

/// <summary>Words that say nothing, and words that .NET uses already.</summary>
public sealed partial class NameTests
{
    /// <summary>Words of the field that end like an empty one.</summary>
    private static readonly string[] WordsOfTheField =
    [
        // CRI-O, the kubelet and runc all call it so: cgroup_manager.
        "CgroupManager",
    ];

    [Fact]
    public void Types_WhenShipped_HaveNoEmptySuffix() => Assert.DoesNotContain(
        Declared(), type => EmptySuffix().IsMatch(type.Name) && !WordsOfTheField.Contains(type.Name));

    [Fact]
    public void Types_WhenShipped_TakeNoNameOfTheBaseLibrary()
    {
        string[] taken = ["Monitor", "Task", "Process", "Index", "Namespace", "Environment", "Range"];
        Assert.DoesNotContain(Declared(), type => taken.Contains(type.Name));
    }

    [Fact]
    public void AsyncMethods_WhenShipped_EndInAsync()
    {
        // Overrides take the name that the generated service has.
        var wrong = SourceTree.ShippedCode.SelectMany(path => SourceTree.CodeLines(path).Select(line => (path, line.Number, line.Text)))
            .Where(line => AsyncMethod().Match(line.Text) is { Success: true } match && !match.Groups["name"].Value.EndsWith("Async", StringComparison.Ordinal))
            .Where(line => !line.Text.Contains(" override ", StringComparison.Ordinal))
            // Names and signatures of Grpc.Core.
            .Where(line => !line.path.StartsWith("src/CriSharp.Grpc/", StringComparison.Ordinal));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Interfaces_WhenShipped_BeginWithI() =>
        Assert.DoesNotContain(
        Declared(), type => type.Kind == "interface" && !(type.Name.Length > 1 && type.Name[0] == 'I' && char.IsAsciiLetterUpper(type.Name[1])));

    private static IEnumerable<(string Path, string Kind, string Name)> Declared() =>
        from path in SourceTree.ShippedCode
        from line in SourceTree.CodeLines(path)
        let match = Declaration().Match(line.Text)
        where match.Success
        select (path, match.Groups["kind"].Value, match.Groups["name"].Value);

    [GeneratedRegex(@"^\s*(?:\[.*\]\s*)?(?:(?:public|internal|private|protected|file|static|sealed|abstract|readonly|ref|partial|unsafe|new)\s+)*(?<kind>class|struct|interface|enum|record)(?:\s+(?:class|struct))?\s+(?<name>\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Utility|Wrapper|Processor|Info|Data|Impl)$")]
    private static partial Regex EmptySuffix();

    [GeneratedRegex(@"\basync\s+(?:Task|ValueTask|IAsyncEnumerable)(?:<[^(]*?>)?\s+(?<name>\w+)\s*[(<]")]
    private static partial Regex AsyncMethod();
}
