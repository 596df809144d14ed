using System.Security.Cryptography;
using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Tests;

/// <summary>Auth files of each test's own, and a helper that says what the test wants.</summary>
public sealed class CredentialLookupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-auth-");
    private readonly FakeHelper _helper = new();
    private RegistriesConfiguration _registries = RegistriesConfiguration.None;

    private string First => Path.Combine(_folder.FullName, "auth.json");

    private string Second => Path.Combine(_folder.FullName, "config.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""{"auths":{"a.example":{"auth":"KEY"}}}""", "a.example/team/app")]
    [InlineData("""{"auths":{"a.example":{"auth":"bm86bm8="},"a.example/team":{"auth":"KEY"},"a.example/team/other":{"auth":"bm86bm8="}}}""", "a.example/team/app")]
    [InlineData("""{"auths":{"a.example/team":{"auth":"bm86bm8="},"a.example/team/app":{"auth":"KEY"}}}""", "a.example/team/app")]
    [InlineData("""{"auths":{"a.example/team":{},"a.example":{"auth":"KEY"}}}""", "a.example/team/app")]
    [InlineData("""{"auths":{"a.example":{"username":"alice","password":"secret"}}}""", "a.example/app")]
    [InlineData("""{"auths":{"https://a.example:5000/v2/":{"auth":"KEY"}}}""", "a.example:5000/app")]
    [InlineData("""{"auths":{"https://a.example":{"auth":"bm86bm8="},"a.example":{"auth":"KEY"}}}""", "a.example/app")]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"KEY"}}}""", "docker.io/library/busybox")]
    [InlineData("""{"auths":{"docker.io":{"auth":"KEY"}}}""", "docker.io/library/busybox")]
    [InlineData("""{"auths":{"registry-1.docker.io":{"auth":"KEY"}}}""", "docker.io/library/busybox")]
    [InlineData("""{"auths":{"A.Example":{"auth":"KEY"}},"unknown":{"x":[1]}}""", "a.example/app")]
    public async Task Find_ByTheMostSpecificKey(string text, string repository)
    {
        File.WriteAllText(First, text.Replace("KEY", "YWxpY2U6c2VjcmV0", StringComparison.Ordinal));

        var found = await FindAsync(repository);

        Assert.Equal(("alice", "secret"), (found?.UserName, found?.Password));
    }

    [Theory]
    [InlineData("""{"auths":{"a.example":{"auth":"YWxpY2U6c2VjcmV0"}}}""", "b.a.example/app")]
    [InlineData("""{"auths":{"a.example/team":{"auth":"YWxpY2U6c2VjcmV0"}}}""", "a.example/teamwork")]
    [InlineData("""{"auths":{"a.example:5000":{"auth":"YWxpY2U6c2VjcmV0"}}}""", "a.example/app")]
    [InlineData("""{"auths":{"a.example":{}}}""", "a.example/app")]
    [InlineData("""{"auths":{"a.example":null}}""", "a.example/app")]
    [InlineData("{}", "a.example/app")]
    [InlineData("", "a.example/app")]
    public async Task Find_WhereNothingFits_IsNothing(string text, string repository)
    {
        File.WriteAllText(First, text);

        Assert.Null(await FindAsync(repository));
    }

    [Fact]
    public async Task Find_OfAnIdentityToken_KeepsIt()
    {
        File.WriteAllText(First, """{"auths":{"a.example":{"auth":"YWxpY2U6","identitytoken":"refresh"}}}""");

        Assert.Equal("refresh", (await FindAsync("a.example/app"))!.IdentityToken);
    }

    [Fact]
    public async Task Find_AsksTheFilesInTheirOrder()
    {
        File.WriteAllText(First, """{"auths":{"a.example":{"auth":"Zmlyc3Q6MQ=="}}}""");
        File.WriteAllText(Second, """{"auths":{"a.example":{"auth":"c2Vjb25kOjI="},"b.example":{"auth":"c2Vjb25kOjI="}}}""");

        Assert.Equal("first", (await FindAsync("a.example/app"))!.UserName);
        Assert.Equal("second", (await FindAsync("b.example/app"))!.UserName);
    }

    [Fact]
    public async Task Find_InDockersOldFile_NeedsNoAuths()
    {
        var old = Path.Combine(_folder.FullName, ".dockercfg");
        File.WriteAllText(old, """{"https://index.docker.io/v1/":{"auth":"YWxpY2U6c2VjcmV0"}}""");

        Assert.Equal("alice", (await Lookup(old).ForPull("", "").FindAsync("docker.io/a/b", CancellationToken.None))!.UserName);
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("""{"auths":[]}""", "JSON")]
    [InlineData("""{"auths":{"a.example":{"auth":"c2VjcmV0"}}}""", "\"a.example\"")]
    [InlineData("""{"auths":{"a.example":{"auth":"secret!"}}}""", "\"a.example\"")]
    public async Task Find_InABrokenFile_NamesItAndNothingOfItsSecrets(string text, string words)
    {
        File.WriteAllText(First, text);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => FindAsync("a.example/app"));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains(First, failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_InAFileThatIsTooLong_IsRefused()
    {
        File.WriteAllText(First, $"{{\"auths\":{{}}}}{new string(' ', 1 << 20)}");

        Assert.Contains("limit", (await Assert.ThrowsAsync<RuntimeException>(() => FindAsync("a.example/app"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"credHelpers":{"a.example":"good"},"auths":{"a.example":{"auth":"bm86bm8="}}}""", "a.example/app", "a.example")]
    [InlineData("""{"credHelpers":{"https://index.docker.io/v1/":"good"}}""", "docker.io/library/busybox", "https://index.docker.io/v1/")]
    [InlineData("""{"credsStore":"good"}""", "a.example:5000/team/app", "a.example:5000")]
    [InlineData("""{"credsStore":"good","auths":{"https://index.docker.io/v1/":{}}}""", "docker.io/library/busybox", "https://index.docker.io/v1/")]
    public async Task Helper_WhenAFileNamesOne_IsAskedForTheServer(string text, string repository, string server)
    {
        File.WriteAllText(First, text);
        _helper.Answer = (0, """{"ServerURL":"x","Username":"alice","Secret":"secret"}""");

        var found = await FindAsync(repository);

        Assert.Equal(("alice", "secret"), (found?.UserName, found?.Password));
        Assert.Equal([("good", server)], _helper.Asked);
    }

    [Fact]
    public async Task Helper_WithATokenAsUser_GivesAnIdentityToken()
    {
        File.WriteAllText(First, """{"credsStore":"good"}""");
        _helper.Answer = (0, """{"Username":"<token>","Secret":"refresh"}""");

        var found = (await FindAsync("a.example/app"))!;

        Assert.Equal(("refresh", "", ""), (found.IdentityToken, found.UserName, found.Password));
    }

    [Fact]
    public async Task Helper_ThatKnowsNone_IsNoError()
    {
        File.WriteAllText(First, """{"credHelpers":{"a.example":"good"}}""");
        File.WriteAllText(Second, """{"auths":{"a.example":{"auth":"c2Vjb25kOjI="}}}""");
        _helper.Answer = (1, "credentials not found in native keychain\n");

        Assert.Equal("second", (await FindAsync("a.example/app"))!.UserName);
    }

    [Theory]
    [InlineData(1, "the vault\u001b[2J is shut", "the vault [2J is shut")]
    [InlineData(1, """{"Username":"alice","Secret":"secret"}""", "ended with 1")]
    [InlineData(0, "secret", "gave no answer")]
    [InlineData(0, """{"Username":"","Secret":""}""", "gave no answer")]
    public async Task Helper_ThatFails_IsNamedWithoutItsSecrets(int exit, string output, string words)
    {
        File.WriteAllText(First, """{"credsStore":"good"}""");
        _helper.Answer = (exit, output);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => FindAsync("a.example/app"));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("docker-credential-good", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../bin/sh")]
    [InlineData("a b")]
    [InlineData("a\\u0000")]
    public async Task Helper_WithANameThatIsNone_IsNotRun(string name)
    {
        File.WriteAllText(First, $$"""{"credsStore":"{{name}}"}""");

        await Assert.ThrowsAsync<RuntimeException>(() => FindAsync("a.example/app"));

        Assert.Empty(_helper.Asked);
    }

    [Fact]
    public async Task Helpers_OfRegistriesConf_AreAskedInItsOrder()
    {
        File.WriteAllText(First, """{"auths":{"a.example":{"auth":"Zmlyc3Q6MQ=="}}}""");
        _registries = _registries with { CredentialHelpers = ["good", "containers-auth.json"] };
        _helper.Answer = (1, "credentials not found in native keychain");

        Assert.Equal("first", (await FindAsync("a.example/app"))!.UserName);
        Assert.Equal([("good", "a.example")], _helper.Asked);
    }

    [Fact]
    public async Task Namespace_HasAFileForOnePull()
    {
        var file = NamespacedFile("team-a", "a.example/app");
        File.WriteAllText(file, """{"auths":{"mirror.example":{"auth":"b25jZTox"}}}""");
        File.WriteAllText(First, """{"auths":{"a.example":{"auth":"Zmlyc3Q6MQ=="}}}""");
        var other = Lookup().ForPull("team-b", "a.example/app");
        var pull = Lookup().ForPull("team-a", "a.example/app");

        Assert.Equal("once", (await pull.FindAsync("mirror.example/app", CancellationToken.None))!.UserName);
        Assert.Equal("first", (await pull.FindAsync("a.example/app", CancellationToken.None))!.UserName);
        Assert.Null(await other.FindAsync("mirror.example/app", CancellationToken.None));
        Assert.False(File.Exists(file));
        Assert.Null(await Lookup().ForPull("team-a", "a.example/app").FindAsync("mirror.example/app", CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("Team")]
    public void Namespace_ThatIsNone_HasNoFile(string name)
    {
        var file = name.Length == 0 ? NamespacedFile("", "a.example/app") : Path.GetFullPath(NamespacedFile(name, "a.example/app"));
        File.WriteAllText(file, "{");

        Lookup().ForPull(name, "a.example/app");

        Assert.True(File.Exists(file));
        File.Delete(file);
    }

    [Fact]
    public async Task Client_ShowsEachPlaceItsOwn()
    {
        File.WriteAllText(First, """{"auths":{"mirror.example/cache":{"auth":"bWlycm9yOjE="},"a.example":{"auth":"Zmlyc3Q6MQ=="}}}""");
        _registries = new RegistriesConfiguration(
        [
            new RegistryRule { Prefix = "a.example", Location = "a.example", Source = "x", Mirrors = [new RegistryMirror("mirror.example/cache", false, MirrorUse.All)] },
        ]);
        var client = new RegistryClient(new RegistryOptions { CertificateFolders = [], Registries = () => _registries }, TimeProvider.System);
        var endpoints = new EndpointOrder(new RegistryOptions { Registries = () => _registries }).For(ImageReference.Parse("a.example/app"));

        var own = await CredentialsAsync(new RegistryCredentials { UserName = "own" });
        var others = await CredentialsAsync(new RegistryCredentials { UserName = "own", ServerAddress = "https://elsewhere.example/v1/" });
        var mirrors = await CredentialsAsync(new RegistryCredentials { UserName = "own", ServerAddress = "mirror.example" });

        Assert.Equal(["mirror", "own"], endpoints.Select(endpoint => own.For(endpoint)?.UserName));
        Assert.Equal(["mirror", "first"], endpoints.Select(endpoint => others.For(endpoint)?.UserName));
        Assert.Equal(["own", "first"], endpoints.Select(endpoint => mirrors.For(endpoint)?.UserName));
        Assert.Equal(3, new[] { own, others, mirrors }.Select(credentials => credentials.Fingerprint()).Distinct().Count());
        Assert.Equal("(credentials)", own.ToString());

        Task<RepositoryCredentials> CredentialsAsync(RegistryCredentials credentials) =>
            client.FindCredentialsAsync(ImageReference.Parse("a.example/app"), credentials, Lookup().ForPull("", ""), CancellationToken.None);
    }

    [Fact]
    public void StandardFiles_AreThoseOfPodmanAndDocker()
    {
        var variables = new Dictionary<string, string> { ["HOME"] = "/home/x", ["REGISTRY_AUTH_FILE"] = "/a.json", ["DOCKER_CONFIG"] = "relative" };

        Assert.Equal(
            ["/a.json", "/run/containers/0/auth.json", "/home/x/.config/containers/auth.json", "/home/x/.dockercfg"],
            CredentialOptions.StandardFiles(variables.GetValueOrDefault));
        Assert.Equal(
            ["/run/containers/0/auth.json", "/root/.config/containers/auth.json", "/root/.docker/config.json", "/root/.dockercfg"],
            CredentialOptions.StandardFiles(_ => null));
    }

    private string NamespacedFile(string name, string repository) =>
        Path.Combine(_folder.FullName, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)))}.json");

    private Task<RegistryCredentials?> FindAsync(string repository) => Lookup().ForPull("", repository).FindAsync(repository, CancellationToken.None);

    private CredentialLookup Lookup(params string[] files) => new(
        new CredentialOptions { NamespacedFolder = _folder.FullName, Files = files.Length > 0 ? files : [First, Second] }, _helper, () => _registries);

    private sealed class FakeHelper : ICredentialPrograms
    {
        public (int Exit, string Output) Answer { get; set; }

        public List<(string Name, string Server)> Asked { get; } = [];

        public Task<HelperOutput> GetAsync(string name, string serverUrl, CancellationToken cancellationToken)
        {
            Asked.Add((name, serverUrl));
            return Task.FromResult(new HelperOutput(Answer.Exit, Encoding.UTF8.GetBytes(Answer.Output)));
        }
    }
}
