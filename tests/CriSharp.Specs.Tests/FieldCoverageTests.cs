using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CriSharp.Cri.V1;
using CriSharp.Primitives;
using Google.Protobuf;

namespace CriSharp.Specs.Tests;

/// <summary>
/// No field of a request is left unread without a line that says why: each is changed in a request that works, and must change what is made
/// of it, be refused, be read by another room, or be on the list of those that mean nothing here.
/// </summary>
public sealed partial class FieldCoverageTests
{
    private const string Container = "container.";
    private const string Pod = "pod.";

    public static TheoryData<string> Fields => [.. AllFields];

    private static IEnumerable<string> AllFields =>
        [.. RequestFields.PathsOf(ContainerConfig.Descriptor, Container), .. RequestFields.PathsOf(PodSandboxConfig.Descriptor, Pod)];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Field_WhenChanged_ChangesWhatIsMade(string path)
    {
        var isRead = IsRead(path);
        var elsewhere = FieldTables.ReadElsewhere.GetValueOrDefault(path);
        var reason = FieldTables.Unread.FirstOrDefault(entry => Covers(entry.Key, path)).Value;

        Assert.True(elsewhere is null || reason is null, $"{path} is in both tables");
        if (elsewhere is null && reason is null)
        {
            Assert.True(isRead, $"{path} changes nothing: read it, or say in FieldTables who does or why nobody need");
            return;
        }

        Assert.False(isRead, $"{path} is read here by now: take it out of FieldTables");
        if (elsewhere is not null)
        {
            Assert.Contains('.' + PropertyOf(path), WordsAfterDots().Matches(SourceOf(elsewhere)).Select(match => match.Value));
        }
    }

    [Fact]
    public void Tables_NameOnlyFieldsThatAreThere()
    {
        var all = AllFields.ToList();
        string[] named = [.. FieldTables.ReadElsewhere.Keys, .. FieldTables.Unread.Keys, .. FieldTables.ContainerNeeds.Keys, .. FieldTables.PodNeeds.Keys];

        Assert.DoesNotContain(named, entry => !all.Exists(path => Covers(entry, path)));
        Assert.True(all.Count > 150, $"only {all.Count} fields were found");
    }

    [Fact]
    public void Request_ThatIsChanged_WorksBefore()
    {
        Assert.DoesNotContain("InvalidArgument", FieldOutcomes.OfContainer(FullContainer()));
        Assert.DoesNotContain("InvalidArgument", FieldOutcomes.OfSandbox(Requests.PlainSandbox()));
    }

    private static bool IsRead(string path) => path.StartsWith(Container, StringComparison.Ordinal)
        ? IsRead(FullContainer(), path, path[Container.Length..], FieldTables.ContainerNeeds, FieldOutcomes.OfContainer)
        : IsRead(Requests.PlainSandbox(), path, path[Pod.Length..], FieldTables.PodNeeds, FieldOutcomes.OfSandbox);

    private static bool IsRead<T>(T request, string path, string field, IReadOnlyDictionary<string, Action<T>> needs, Func<T, string> outcomeOf)
        where T : class, IMessage<T>
    {
        needs.GetValueOrDefault(path)?.Invoke(request);
        var without = outcomeOf(request);
        RequestFields.Find(request, field);
        var before = outcomeOf(request);
        RequestFields.Change(request, field);
        // A message that is refused whole, because it is not built yet, can't show what its fields do.
        return outcomeOf(request) != before || (Unbuilt(before) && !Unbuilt(without));
    }

    private static ContainerConfig FullContainer()
    {
        var config = Requests.PlainConfig();
        config.Devices.Add(new Device { HostPath = "/dev/fuse", ContainerPath = "/dev/fuse0", Permissions = "rw" });
        return config;
    }

    private static bool Unbuilt(string outcome) => outcome.Contains(nameof(ErrorKind.Unimplemented), StringComparison.Ordinal);

    private static bool Covers(string entry, string path) => path == entry || path.StartsWith(entry + '.', StringComparison.Ordinal);

    private static string PropertyOf(string path)
    {
        var (message, field) = path.StartsWith(Container, StringComparison.Ordinal)
            ? RequestFields.Find(new ContainerConfig(), path[Container.Length..])
            : RequestFields.Find(new PodSandboxConfig(), path[Pod.Length..]);
        Assert.NotNull(message);
        return field.PropertyName;
    }

    private static string SourceOf(string file, [CallerFilePath] string testFile = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(testFile)!, "../../src", file));

    [GeneratedRegex(@"\.\w+")]
    private static partial Regex WordsAfterDots();
}
