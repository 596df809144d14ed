using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using CriSharp.TestSupport.Signing;

namespace CriSharp.IntegrationTests.Signatures;

/// <summary>A daemon with a signature policy, a registry, GnuPG's keys and a lookaside store, for the tests of one class.</summary>
public sealed class SigningInstance : IAsyncLifetime
{
    public const string Signer = "signer@example.test";
    public const string Stranger = "stranger@example.test";

    private const string PayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-signing-");

    public LocalRegistry Registry { get; private set; } = null!;

    public DaemonInstance Daemon { get; private set; } = null!;

    public GnuPgHome Home { get; } = new();

    public CriClient Client => Daemon.Client;

    public string Lookaside => PathOf("lookaside");

    public string PolicyFile => PathOf("policy.json");

    private string[] Flags =>
    [
        "--insecure-registry", Registry.Host, "--signature-policy", PolicyFile, "--signature-policy-dir", PathOf("policies"), "--registries-dir", PathOf("registries.d"),
    ];

    public async Task InitializeAsync()
    {
        foreach (var name in (string[])[Signer, Stranger])
        {
            await Home.MakeKeyAsync(name);
            await File.WriteAllBytesAsync(KeyOf(name), (await Home.ExportAsync(name, armour: name == Signer)).ToArray());
        }

        Directory.CreateDirectory(PathOf("policies"));
        Directory.CreateDirectory(PathOf("registries.d"));
        await File.WriteAllTextAsync(Path.Combine(PathOf("registries.d"), "store.yaml"), $"default-docker:\n  lookaside: file://{Lookaside}\n");
        Registry = await LocalRegistry.StartAsync();
        Policy(AcceptAnything);
        Daemon = await DaemonInstance.StartPlainAsync(Flags);
    }

    public async Task DisposeAsync()
    {
        if (Daemon is not null)
        {
            await Daemon.DisposeAsync();
        }

        if (Registry is not null)
        {
            await Registry.DisposeAsync();
        }

        await Home.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static JsonArray AcceptAnything => [new JsonObject { ["type"] = "insecureAcceptAnything" }];

    public static JsonArray Reject => [new JsonObject { ["type"] = "reject" }];

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string KeyOf(string name) => PathOf($"{name}.key");

    public JsonArray SignedBy(string name) => [new JsonObject { ["type"] = "signedBy", ["keyType"] = "GPGKeys", ["keyPath"] = KeyOf(name) }];

    public static JsonArray SigstoreSigned(string keyPath) =>
        [new JsonObject { ["type"] = "sigstoreSigned", ["keyPath"] = keyPath, ["signedIdentity"] = new JsonObject { ["type"] = "matchRepository" } }];

    /// <summary>The default; what has to be in force by the next call.</summary>
    public void Policy(JsonArray byDefault, params (string Scope, JsonArray Requirements)[] scopes)
    {
        var docker = new JsonObject();
        foreach (var (scope, requirements) in scopes)
        {
            docker[scope] = requirements;
        }

        File.WriteAllText(PolicyFile, new JsonObject { ["default"] = byDefault, ["transports"] = new JsonObject { ["docker"] = docker } }.ToJsonString());
    }

    public string NameOf(string repository) => $"{Registry.Host}/{repository}:1";

    /// <summary>Busybox with a file of its own, so that each is another image; pushed, and signed where somebody is named.</summary>
    public async Task<TestImage> PushAsync(string repository, string? signer = null)
    {
        var busybox = await BusyboxImage.BuildAsync();
        var image = new TestImage { RunConfig = busybox.RunConfig };
        foreach (var layer in busybox.Layers)
        {
            image.Add(layer);
        }

        image.Add(TestLayer.OfFiles(gzip: true, ("name", repository)));
        if (signer is null)
        {
            await Registry.Upload.PushAsync(image, repository, "1");
            return image;
        }

        var layout = PathOf($"layout-{repository}");
        Directory.CreateDirectory(layout);
        image.WriteLayout(layout);
        await RunAsync(
            "/usr/bin/skopeo",
            "--tmpdir", _folder.FullName, "--insecure-policy", "--registries.d", PathOf("registries.d"), "copy", "--quiet", "--dest-tls-verify=false",
            "--format", "oci", "--sign-by", signer, $"oci:{layout}:latest", $"docker://{NameOf(repository)}");
        return image;
    }

    /// <summary>Pushes a signature as cosign does.</summary>
    public async Task AttachAsync(string repository, string digest, byte[] payload, byte[] signature)
    {
        var config = "{}"u8.ToArray();
        await Registry.Upload.PushBlobAsync(repository, config);
        await Registry.Upload.PushBlobAsync(repository, payload);
        var layer = Descriptor(PayloadType, payload);
        layer["annotations"] = new JsonObject { ["dev.cosignproject.cosign/signature"] = Convert.ToBase64String(signature) };
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(layer),
        };
        await Registry.Upload.PushManifestAsync(repository, $"{digest.Replace(':', '-')}.sig", ManifestType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));
    }

    public byte[] CosignPayload(string repository, string digest) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["critical"] = new JsonObject
        {
            ["identity"] = new JsonObject { ["docker-reference"] = $"{Registry.Host}/{repository}" },
            ["image"] = new JsonObject { ["docker-manifest-digest"] = digest },
            ["type"] = "cosign container image signature",
        },
        ["optional"] = null,
    }.ToJsonString());

    public async Task RestartAsync()
    {
        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();
    }

    /// <returns>What `crisharpd check` says of the same configuration.</returns>
    public async Task<string> CheckAsync()
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = PublishedPrograms.Daemon,
                Arguments = ["check", "--root", PathOf("root"), "--runroot", PathOf("run"), .. Flags],
                Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                TimeLimit = Limit,
            },
            CancellationToken.None);
        return output.StandardOutputText + output.StandardErrorText;
    }

    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = program,
                Arguments = arguments,
                Environment = ["PATH=/usr/bin:/bin", $"HOME={Home.Folder}", $"GNUPGHOME={Home.Folder}", $"XDG_RUNTIME_DIR={_folder.FullName}"],
                TimeLimit = Limit,
            },
            CancellationToken.None);
        return output.Exit.IsSuccess ? output.StandardOutputText : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output.StandardErrorText}");
    }

    private static JsonObject Descriptor(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = TestImage.DigestOf(blob), ["size"] = blob.Length };
}
