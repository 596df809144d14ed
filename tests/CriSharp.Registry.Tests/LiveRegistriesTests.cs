using CriSharp.Oci;
using CriSharp.Registry.Manifests;
using CriSharp.Registry.Mirrors;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Registry.Tests;

/// <summary>A registries.conf that is written under a running daemon.</summary>
public sealed class LiveRegistriesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-live-");
    private readonly List<string> _told = [];
    private readonly LiveRegistries _live;

    public LiveRegistriesTests()
    {
        File.WriteAllText(Main, "registry = [{ location = \"a.example\" }]");
        _live = new LiveRegistries(Main, RegistriesFile.Read(Main)) { OnTaken = () => _told.Add("taken"), OnRefused = _told.Add };
    }

    private string Main => Path.Combine(_folder.FullName, "registries.conf");

    private string DropIn => Path.Combine($"{Main}.d", "1.conf");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Current_WhenNothingChanges_IsTheSameAndSilent()
    {
        var first = _live.Current;

        Assert.Same(first, _live.Current);
        Assert.Empty(_told);
    }

    [Fact]
    public void Current_FollowsTheFileItsFolderAndItsRemoval()
    {
        _ = _live.Current;
        File.WriteAllText(Main, "registry = [{ location = \"b.example\", blocked = true }]");
        Assert.Equal("b.example", Assert.Single(_live.Current.Rules).Prefix);

        Directory.CreateDirectory($"{Main}.d");
        File.WriteAllText(DropIn, "registry = [{ location = \"c.example\" }]");
        Assert.Equal(["b.example", "c.example"], _live.Current.Rules.Select(rule => rule.Prefix));

        File.Delete(DropIn);
        File.Delete(Main);
        Assert.Empty(_live.Current.Rules);
        Assert.Equal(["taken", "taken", "taken"], _told);
    }

    [Fact]
    public void Current_WhenAFileIsBroken_KeepsTheOldRulesAndSaysSoOnce()
    {
        _ = _live.Current;
        Directory.CreateDirectory($"{Main}.d");
        File.WriteAllText(DropIn, "\nregistry = [");

        Assert.Equal("a.example", Assert.Single(_live.Current.Rules).Prefix);
        Assert.Equal("a.example", Assert.Single(_live.Current.Rules).Prefix);
        Assert.StartsWith($"{DropIn}:2:", Assert.Single(_told), StringComparison.Ordinal);

        File.WriteAllText(DropIn, "registry = [{ location = \"b.example\" }]");
        Assert.Equal(2, _live.Current.Rules.Count);
        Assert.Equal("taken", _told[^1]);
    }

    [Fact]
    public void Current_WhenTheFileIsALink_FollowsWhatItLeadsTo()
    {
        var target = Path.Combine(_folder.FullName, "target");
        File.Move(Main, target);
        File.CreateSymbolicLink(Main, target);
        _ = _live.Current;

        File.WriteAllText(target, "registry = [{ location = \"other.example\" }]");

        Assert.Equal("other.example", Assert.Single(_live.Current.Rules).Prefix);
    }

    [Fact]
    public async Task Client_WhenTheFileChanges_GoesByItAtTheNextPull()
    {
        await using var first = await FakeRegistry.StartAsync();
        await using var second = await FakeRegistry.StartAsync("127.0.0.2");
        second.Serve(new TestImage(), "a", "1");
        var options = new RegistryOptions { Attempts = 1, CertificateFolders = [], Registries = () => _live.Current };
        var client = new RegistryClient(options, TimeProvider.System);
        File.WriteAllText(Main, Mirror(first.Host));
        await Assert.ThrowsAnyAsync<Exception>(() => ResolveAsync(client));

        File.WriteAllText(Main, Mirror(second.Host));
        await ResolveAsync(client);

        Assert.NotEmpty(first.Requests);
        Assert.NotEmpty(second.Requests);
    }

    private static string Mirror(string host) => $"registry = [{{ prefix = \"images.invalid\", location = \"{host}\", insecure = true }}]";

    private static Task<ResolvedManifest> ResolveAsync(RegistryClient client) =>
        client.OpenRepository(ImageReference.Parse("images.invalid/a:1"), null).ResolveAsync(CancellationToken.None);
}
