using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Tests;

public sealed class PolicyFilesTests : IDisposable
{
    private const string Reject = """{"default": [{"type": "reject"}]}""";
    private const string Accept = """{"default": [{"type": "insecureAcceptAnything"}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-policies-").FullName;

    private string ForAll => Path.Combine(_folder, "policy.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_WhenTheFileHasChanged_GivesTheNewPolicy()
    {
        var files = new PolicyFiles(ForAll, _folder);
        File.WriteAllText(ForAll, Accept);
        Assert.True(Accepts(files, ""));
        Assert.Same(files.Read(ForAll), files.Read(ForAll));

        File.WriteAllText(ForAll, Reject);
        Assert.False(Accepts(files, ""));
        File.WriteAllText(ForAll, Accept[..^1]);
        Assert.Throws<FormatException>(() => Accepts(files, ""));
        File.Delete(ForAll);
        Assert.Contains("it is not there", Assert.Throws<FormatException>(() => Accepts(files, "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathFor_ANamespaceWithAFile_IsThatFile()
    {
        var files = new PolicyFiles(ForAll, Path.Combine(_folder, "namespaces"));
        Directory.CreateDirectory(Path.Combine(_folder, "namespaces"));
        File.WriteAllText(ForAll, Accept);
        File.WriteAllText(Path.Combine(_folder, "namespaces", "strict.json"), Reject);
        File.WriteAllText(Path.Combine(_folder, "outside.json"), Reject);
        File.CreateSymbolicLink(Path.Combine(_folder, "namespaces", "dangling.json"), "/nonexistent");

        Assert.False(Accepts(files, "strict"));
        Assert.True(Accepts(files, "other"));
        Assert.True(Accepts(files, "../outside"));
        Assert.Throws<FormatException>(() => Accepts(files, "dangling"));
    }

    private static bool Accepts(PolicyFiles files, string podNamespace) => files.Read(files.PathFor(podNamespace)).For(ImageReference.Parse("a.test/app")).AcceptAnything;
}
