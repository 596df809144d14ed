using System.Xml.Linq;

namespace CriSharp.Architecture.Tests;

/// <summary>
/// Who may reference whom: arrows go down, never sideways. A new arrow is written here first, with its reason in the room's own words;
/// the compiler then keeps it (DisableTransitiveProjectReferences).
/// </summary>
public sealed class DoorTests
{
    private static readonly Dictionary<string, string[]> Doors = new(StringComparer.Ordinal)
    {
        // Level 0
        ["CriSharp.Primitives"] = [],
        ["CriSharp.Oci"] = [],
        ["CriSharp.MonitorProtocol"] = [],
        ["CriSharp.Linux"] = [],
        ["CriSharp.Grpc"] = [],
        ["CriSharp.Toml"] = [],
        ["CriSharp.Manual"] = [],
        ["CriSharp.Cri"] = ["CriSharp.Grpc"],
        // Level 1
        ["CriSharp.Admin"] = ["CriSharp.Primitives"],
        ["CriSharp.Streaming"] = ["CriSharp.Linux", "CriSharp.Primitives"],
        ["CriSharp.Registry"] = ["CriSharp.Oci", "CriSharp.Primitives", "CriSharp.Toml"],
        ["CriSharp.Storage"] = ["CriSharp.Linux", "CriSharp.Oci", "CriSharp.Primitives"],
        ["CriSharp.Signatures"] = ["CriSharp.Oci", "CriSharp.Primitives"],
        ["CriSharp.Cni"] = ["CriSharp.Linux", "CriSharp.Primitives"],
        ["CriSharp.OciRuntime"] = ["CriSharp.Linux", "CriSharp.MonitorProtocol", "CriSharp.Oci", "CriSharp.Primitives"],
        ["CriSharp.Specs"] = ["CriSharp.Cri", "CriSharp.Oci", "CriSharp.Primitives"],
        // Level 2
        ["CriSharp.Images"] = ["CriSharp.Oci", "CriSharp.Primitives", "CriSharp.Registry", "CriSharp.Signatures", "CriSharp.Storage"],
        // Level 3
        ["CriSharp.Pods"] =
        [
            "CriSharp.Cni", "CriSharp.Cri", "CriSharp.Images", "CriSharp.Linux", "CriSharp.Oci", "CriSharp.OciRuntime", "CriSharp.Primitives",
            "CriSharp.Specs", "CriSharp.Storage",
        ],
        // Level 4
        ["crisharpd"] =
        [
            "CriSharp.Admin", "CriSharp.Cni", "CriSharp.Cri", "CriSharp.Grpc", "CriSharp.Images", "CriSharp.Linux", "CriSharp.Manual", "CriSharp.MonitorProtocol",
            "CriSharp.Oci", "CriSharp.OciRuntime", "CriSharp.Pods", "CriSharp.Primitives", "CriSharp.Registry", "CriSharp.Signatures", "CriSharp.Specs",
            "CriSharp.Storage", "CriSharp.Streaming", "CriSharp.Toml",
        ],
        ["crisharpctl"] =
        [
            "CriSharp.Admin", "CriSharp.Cri", "CriSharp.Grpc", "CriSharp.Linux", "CriSharp.Manual", "CriSharp.MonitorProtocol", "CriSharp.Primitives",
            "CriSharp.Streaming",
        ],
        ["conmon-sharp"] = ["CriSharp.Linux", "CriSharp.MonitorProtocol"],
    };

    private static IEnumerable<string> Shipped => SourceTree.Projects.Where(path => !path.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void References_WhenCompared_AreTheTablesDoors()
    {
        var found = Shipped.ToDictionary(path => Path.GetFileNameWithoutExtension(path), ReferencesOf, StringComparer.Ordinal);
        Assert.Equal(Doors.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(Doors, door => Assert.True(
            door.Value.Order(StringComparer.Ordinal).SequenceEqual(found[door.Key]),
            $"{door.Key} references {string.Join(", ", found[door.Key])}; the table says {string.Join(", ", door.Value)}"));
    }

    [Fact]
    public void Table_WhenFollowed_HasNoCircle()
    {
        foreach (var room in Doors.Keys)
        {
            Assert.DoesNotContain(room, Reachable(room));
        }
    }

    [Fact]
    public void TestProjects_WhenLookedAt_AreReferencedByNothingShipped() =>
        Assert.All(Shipped, path => Assert.DoesNotContain("tests/", SourceTree.Read(path), StringComparison.Ordinal));

    [Fact]
    public void Projects_WhenLookedAt_AreAllInTheSolution()
    {
        var solution = SourceTree.Read("CriSharp.sln").Replace('\\', '/');
        Assert.All(SourceTree.Projects, path => Assert.Contains($"\"{path}\"", solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Reachable(string room) => Doors[room].SelectMany(next => Reachable(next).Append(next));

    private static string[] ReferencesOf(string project) =>
    [
        .. XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .Order(StringComparer.Ordinal),
    ];
}
