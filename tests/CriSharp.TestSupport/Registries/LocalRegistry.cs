using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Registries;

/// <summary>Debian's docker-registry on a free loopback port, empty at first, in a folder of its own; gone when disposed.</summary>
public sealed class LocalRegistry : IAsyncDisposable
{
    private const string Program = "/usr/bin/docker-registry";
    private const string Skopeo = "/usr/bin/skopeo";
    private const int Attempts = 3;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(2);

    private readonly string _folder;
    private readonly ChildProcess _process;

    private LocalRegistry(string folder, ChildProcess process, int port, RegistryUpload upload, bool isTls, bool needsLogin)
    {
        _folder = folder;
        _process = process;
        Port = port;
        Upload = upload;
        IsTls = isTls;
        NeedsLogin = needsLogin;
    }

    public const string UserName = "alice";
    public const string Password = "open sesame";

    public int Port { get; }

    /// <summary>How references name it: "127.0.0.1:PORT".</summary>
    public string Host => $"127.0.0.1:{Port}";

    public bool IsTls { get; }

    public bool NeedsLogin { get; }

    /// <summary>Pushes blobs and manifests as they are, without a tool that could change them.</summary>
    public RegistryUpload Upload { get; }

    /// <summary>A certs.d folder that holds the registry's CA under its host; empty without TLS.</summary>
    public string CertificatesFolder => Path.Combine(_folder, "certs.d");

    /// <param name="tls">Serve HTTPS with a certificate of a CA made for this registry by openssl.</param>
    /// <param name="needsLogin">Ask for <see cref="UserName"/> and <see cref="Password"/> (Basic).</param>
    /// <param name="needsCertificate">With TLS: ask for a certificate of the client's, which lies in <see cref="CertificatesFolder"/>.</param>
    public static async Task<LocalRegistry> StartAsync(bool tls = false, bool needsLogin = false, bool needsCertificate = false)
    {
        foreach (var (program, package) in ((string, string)[])[(Program, "docker-registry"), (Skopeo, "skopeo")])
        {
            if (!File.Exists(program))
            {
                throw new InvalidOperationException($"{program} is absent: apt-get install {package}");
            }
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(tls, needsLogin, needsCertificate);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Somebody else took the port between our looking and the registry's listening.
            }
        }
    }

    /// <summary>Pushes a busybox image with skopeo and returns its reference by tag.</summary>
    public async Task<string> PushBusyboxAsync(string name = "busybox", string tag = "latest")
    {
        var image = await BusyboxImage.BuildAsync();
        await PushWithSkopeoAsync(image, name, tag);
        return $"{Host}/{name}:{tag}";
    }

    /// <param name="format">"oci" or "v2s2".</param>
    /// <returns>The reference by tag.</returns>
    public async Task<string> PushWithSkopeoAsync(TestImage image, string name, string tag, string format = "oci")
    {
        var layout = Directory.CreateDirectory(Path.Combine(_folder, $"layout-{Guid.NewGuid():N}")).FullName;
        image.WriteLayout(layout);
        string[] login = NeedsLogin ? ["--dest-creds", $"{UserName}:{Password}"] : [];
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = Skopeo,
                Arguments =
                [
                    "--tmpdir", _folder, "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--format", format, .. login,
                    $"oci:{layout}:latest", $"docker://{Host}/{name}:{tag}",
                ],
                Environment = ["PATH=/usr/bin:/bin", $"HOME={_folder}", $"XDG_RUNTIME_DIR={_folder}"],
                TimeLimit = CopyLimit,
            },
            CancellationToken.None);
        Directory.Delete(layout, recursive: true);
        return output.Exit.ShellCode == 0
            ? $"{Host}/{name}:{tag}"
            : throw new InvalidOperationException($"skopeo copy to {Host}/{name}:{tag} failed: {output.StandardErrorText}");
    }

    public async ValueTask DisposeAsync()
    {
        Upload.Dispose();
        _process.Handle.Signal(Signals.SIGKILL);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<LocalRegistry> StartOnceAsync(bool tls, bool needsLogin, bool needsCertificate)
    {
        var folder = Directory.CreateTempSubdirectory("crisharp-registry-").FullName;
        ChildProcess? process = null;
        try
        {
            var port = FreePort();
            var tlsLines = tls ? await RegistryCertificates.MakeAsync(folder, $"127.0.0.1:{port}", needsCertificate) : "";
            var configuration = Path.Combine(folder, "config.yml");
            await File.WriteAllTextAsync(configuration, Configuration(folder, port, tlsLines, needsLogin));
            using var log = File.OpenHandle(Path.Combine(folder, "log"), FileMode.CreateNew, FileAccess.Write);
            process = ChildProcess.Start(new ProgramStart
            {
                Path = Program,
                Arguments = [Program, "serve", configuration],
                Environment = ["PATH=/usr/bin:/bin", "OTEL_TRACES_EXPORTER=none"],
                Descriptors = [new ChildDescriptor(1, log), new ChildDescriptor(2, log)],
                NewSession = true,
            });
            var own = Path.Combine(folder, "certs.d", $"127.0.0.1:{port}", "client");
            var upload = new RegistryUpload(
                new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{port}/"),
                needsLogin ? $"{UserName}:{Password}" : null,
                needsCertificate ? X509Certificate2.CreateFromPemFile($"{own}.cert", $"{own}.key") : null);
            await WaitUntilItAnswersAsync(upload, process, folder);
            return new LocalRegistry(folder, process, port, upload, tls, needsLogin);
        }
        catch
        {
            process?.Handle.Signal(Signals.SIGKILL);
            process?.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static async Task WaitUntilItAnswersAsync(RegistryUpload upload, ChildProcess process, string folder)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await upload.AnswersAsync(limit.Token))
        {
            if (process.Handle.HasExited || limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"docker-registry does not answer: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    // The hash is bcrypt's, of the password above.
    private static string Configuration(string folder, int port, string tlsLines, bool needsLogin)
    {
        var login = "";
        if (needsLogin)
        {
            var passwords = Path.Combine(folder, "htpasswd");
            File.WriteAllText(passwords, $"{UserName}:$2b$04$9SF7fQkffvo8QR6nELPaKOfHsmpSwTTRHiz1lqwOqaTVwxciZqMdq\n");
            login = $"auth:\n  htpasswd:\n    realm: test\n    path: {passwords}\n";
        }

        return $"""
            version: 0.1
            log:
              level: warn
            storage:
              filesystem:
                rootdirectory: {folder}/data
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:{port}
            {tlsLines}
            {login}
            """;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
