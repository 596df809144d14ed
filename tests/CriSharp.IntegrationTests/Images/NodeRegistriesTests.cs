using System.Security.Cryptography;
using System.Text;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Images;

/// <summary>What a node's own files say of names and credentials, while one daemon runs: nothing here wants a restart.</summary>
public sealed class NodeRegistriesTests(NodeRegistries node) : IClassFixture<NodeRegistries>
{
    private static readonly string RightPair = PairOf(LocalRegistry.Password);

    private CriClient Client => node.Daemon.Client;

    private LocalRegistry Registry => node.Registry;

    [Fact]
    public async Task ShortName_GoesByTheFileAsItIsNow()
    {
        node.Begin($"short-name-mode = \"permissive\"\nunqualified-search-registries = [\"{node.Empty.Host}\", \"{Registry.Host}\"]");
        NodeRegistries.WriteAuth(node.GlobalAuth, Registry.Host, RightPair);

        var id = await Client.PullAsync("app:1");
        Assert.Equal([$"{Registry.Host}/app:1"], (await Client.ImageAsync("app:1"))!.RepoTags);
        Assert.Equal(id, (await Client.ImageAsync("app:1"))!.Id);

        node.WriteConf($"unqualified-search-registries = [\"{node.Empty.Host}\", \"{Registry.Host}\"]\n[aliases]\n\"tool\" = \"{Registry.Host}/app\"");
        Assert.Null(await Client.ImageAsync("app:1"));
        Assert.Contains($"{node.Empty.Host}/app:1, {Registry.Host}/app:1", await RefusalAsync("app:1", StatusCode.InvalidArgument), StringComparison.Ordinal);
        Assert.Equal(id, await Client.PullAsync("tool:1"));

        node.WriteConf("\nregistry = [");
        Assert.Equal(id, (await Client.ImageAsync("tool:1"))!.Id);
        Assert.Equal(id, await Client.PullAsync("tool:1"));
        Assert.Single(node.Daemon.Log.Split('\n'), line => line.Contains($"{node.Conf}:2:", StringComparison.Ordinal));

        node.WriteConf($"[aliases]\n\"tool\" = \"{Registry.Host}/app\"");
        await Client.RemoveImageAsync("tool:1");
        Assert.Null(await Client.ImageAsync(id));
    }

    [Fact]
    public async Task ShortName_ThatNobodyHas_TellsWhatEachAnswered()
    {
        node.Begin($"short-name-mode = \"disabled\"\nunqualified-search-registries = [\"{node.Empty.Host}\", \"{Registry.Host}\"]");
        NodeRegistries.WriteAuth(node.GlobalAuth, Registry.Host, RightPair);

        var words = await RefusalAsync("nothing:1", StatusCode.NotFound);

        Assert.Contains($"{node.Empty.Host} answered 404 (", words, StringComparison.Ordinal);
        Assert.Contains($"{Registry.Host} answered 404 (", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_AreLookedForInTheirOrder()
    {
        node.Begin("");
        var image = $"{Registry.Host}/app:1";
        NodeRegistries.WriteAuth(node.GlobalAuth, "other.example", RightPair);
        await RefusalAsync(image, StatusCode.Unauthenticated);

        // Docker's own place, by the repository.
        NodeRegistries.WriteAuth(node.DockerAuth, $"{Registry.Host}/app", RightPair);
        await Client.PullAsync(image);

        // A wrong one that goes before it fails, though the image is here.
        NodeRegistries.WriteAuth(node.GlobalAuth, Registry.Host, PairOf("wrong"));
        await RefusalAsync(image, StatusCode.Unauthenticated);

        // The namespace's goes before that, once.
        var once = node.NamespacedFile("team-a", $"{Registry.Host}/app");
        NodeRegistries.WriteAuth(once, Registry.Host, RightPair);
        await RefusalAsync(image, StatusCode.Unauthenticated, podNamespace: "team-b");
        await PullAsync(image, podNamespace: "team-a");
        Assert.False(File.Exists(once));
        await RefusalAsync(image, StatusCode.Unauthenticated, podNamespace: "team-a");

        // And the request's own before all, unless it is for somebody else.
        var own = new AuthConfig { Auth = RightPair };
        await PullAsync(image, own);
        own.ServerAddress = $"https://{Registry.Host}/v1/";
        await PullAsync(image, own);
        own.ServerAddress = "https://index.docker.io/v1/";
        await RefusalAsync(image, StatusCode.Unauthenticated, own);

        File.WriteAllText(node.GlobalAuth, $"{{\"auths\": {RightPair}}}");
        var broken = await RefusalAsync(image, StatusCode.FailedPrecondition);
        Assert.Contains(node.GlobalAuth, broken, StringComparison.Ordinal);
        Assert.DoesNotContain(RightPair, broken + node.Daemon.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(LocalRegistry.Password, node.Daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialHelper_IsRunAndKeepsItsSecret()
    {
        node.Begin("");
        var image = $"{Registry.Host}/app:1";
        File.WriteAllText(node.GlobalAuth, $$"""{ "credHelpers": { "{{Registry.Host}}": "vault" } }""");
        Assert.Contains("docker-credential-vault", await RefusalAsync(image, StatusCode.FailedPrecondition), StringComparison.Ordinal);

        node.WriteProgram("docker-credential-vault", $$"""
            #!/bin/sh
            server=$(cat)
            [ "$1 $server" = "get {{Registry.Host}}" ] || { echo "credentials not found in native keychain"; exit 1; }
            echo '{"ServerURL":"","Username":"{{LocalRegistry.UserName}}","Secret":"{{LocalRegistry.Password}}"}'
            """);
        await Client.PullAsync(image);

        node.WriteProgram("docker-credential-vault", "#!/bin/sh\necho 'the vault is shut'\nexit 3\n");
        Assert.Contains("ended with 3: the vault is shut", await RefusalAsync(image, StatusCode.FailedPrecondition), StringComparison.Ordinal);
        Assert.DoesNotContain(LocalRegistry.Password, node.Daemon.Log, StringComparison.Ordinal);
    }

    private static string PairOf(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LocalRegistry.UserName}:{password}"));

    private async Task PullAsync(string image, AuthConfig? own = null, string podNamespace = "default") => await Client.Images.PullImageAsync(
        new PullImageRequest
        {
            Image = new ImageSpec { Image = image },
            Auth = own,
            SandboxConfig = new PodSandboxConfig { Metadata = new PodSandboxMetadata { Namespace = podNamespace } },
        },
        CriClient.Limited);

    /// <returns>The words.</returns>
    private async Task<string> RefusalAsync(string image, StatusCode code, AuthConfig? own = null, string podNamespace = "default")
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => PullAsync(image, own, podNamespace));
        Assert.Equal((code, failure.Status.Detail), (failure.StatusCode, failure.Status.Detail));
        return failure.Status.Detail;
    }
}

/// <summary>A daemon with a registry that asks for a login and one that has nothing, and files that a test may write.</summary>
public sealed class NodeRegistries : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-node-");

    public LocalRegistry Registry { get; private set; } = null!;

    public LocalRegistry Empty { get; private set; } = null!;

    public DaemonInstance Daemon { get; private set; } = null!;

    public string Conf => Path.Combine(_folder.FullName, "registries.conf");

    public string GlobalAuth => Path.Combine(_folder.FullName, "auth.json");

    /// <summary>In the home of the daemon.</summary>
    public string DockerAuth => Path.Combine(Daemon.Folder, ".docker", "config.json");

    public async Task InitializeAsync()
    {
        Registry = await LocalRegistry.StartAsync(needsLogin: true);
        Empty = await LocalRegistry.StartAsync();
        await Registry.Upload.PushAsync(new TestImage().Add(TestLayer.OfFiles(true, ("a", "1"))), "app", "1");
        Daemon = await DaemonInstance.StartPlainAsync(
            "--registries-conf", Conf, "--global-auth-file", GlobalAuth, "--namespaced-auth-dir", _folder.FullName);
    }

    public async Task DisposeAsync()
    {
        await Daemon.DisposeAsync();
        await Registry.DisposeAsync();
        await Empty.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Also forgets all logins: what a test writes before anything else.</summary>
    public void Begin(string conf)
    {
        WriteConf(conf);
        File.WriteAllText(GlobalAuth, "{}");
        WriteAuth(DockerAuth, "none.example", "");
    }

    public void WriteConf(string text) => File.WriteAllText(Conf, text);

    public static void WriteAuth(string path, string key, string pair)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"{{\"auths\": {{\"{key}\": {{\"auth\": \"{pair}\"}}}}}}");
    }

    public string NamespacedFile(string podNamespace, string repository) =>
        Path.Combine(_folder.FullName, $"{podNamespace}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)))}.json");

    /// <summary>In the daemon's PATH.</summary>
    public void WriteProgram(string name, string text)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Daemon.Folder, "bin")).FullName, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
