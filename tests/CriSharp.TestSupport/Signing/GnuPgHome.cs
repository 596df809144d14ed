using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Signing;

/// <summary>A home of GnuPG for one test, with the keys that it makes there. Its agent ends with it.</summary>
public sealed class GnuPgHome : IAsyncDisposable
{
    private const string Program = "/usr/bin/gpg";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-gpg-");

    public GnuPgHome()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"{Program} is absent: apt-get install gpg gpg-agent gpgv");
        }
    }

    public string Folder => _folder.FullName;

    /// <param name="name">"signer@example.test".</param>
    /// <param name="at">When, as --faked-system-time takes it; null: now.</param>
    /// <param name="expires">"1d", "1y".</param>
    public Task MakeKeyAsync(string name, string? at = null, string expires = "1y") =>
        RunAsync([.. At(at), "--quick-gen-key", name, "ed25519", "sign", expires], default);

    public Task<ReadOnlyMemory<byte>> ExportAsync(string name, bool armour = false) => RunAsync([.. armour ? ["--armor"] : (string[])[], "--export", name], default);

    /// <summary>A binary message with the content inside.</summary>
    public Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> content, string? at = null, params string[] names) =>
        RunAsync([.. At(at), .. names.SelectMany(name => (string[])["--local-user", name]), "--sign"], content);

    /// <summary>The content lies in the message as it is.</summary>
    public Task<ReadOnlyMemory<byte>> SignUncompressedAsync(ReadOnlyMemory<byte> content, string name) =>
        RunAsync(["--local-user", name, "--compress-algo", "none", "--sign"], content);

    public async Task RevokeAsync(string name)
    {
        var listed = System.Text.Encoding.UTF8.GetString((await RunAsync(["--with-colons", "--list-keys", name], default)).Span);
        var fingerprint = listed.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];

        // Made with the key; the colon keeps it from being imported by mistake.
        var certificate = await File.ReadAllTextAsync(Path.Combine(Folder, "openpgp-revocs.d", $"{fingerprint}.rev"));
        await RunAsync(["--import"], System.Text.Encoding.UTF8.GetBytes(certificate.Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        await ProgramRun.RunAsync(
            new ProgramCommand { Path = "/usr/bin/gpgconf", Arguments = ["--homedir", Folder, "--kill", "all"], Environment = Variables, TimeLimit = Limit }, CancellationToken.None);
        _folder.Delete(recursive: true);
    }

    private string[] Variables => ["PATH=/usr/bin:/bin", $"HOME={Folder}", $"GNUPGHOME={Folder}", "LC_ALL=C"];

    private static string[] At(string? at) => at is null ? [] : ["--faked-system-time", $"{at}!"];

    private async Task<ReadOnlyMemory<byte>> RunAsync(string[] arguments, ReadOnlyMemory<byte> input)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = Program,
                Arguments = ["--homedir", Folder, "--batch", "--quiet", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--output", "-", .. arguments],
                Environment = Variables,
                StandardInput = input,
                TimeLimit = Limit,
                OutputLimitBytes = 8 << 20,
            },
            CancellationToken.None);
        return output.Exit.IsSuccess
            ? output.StandardOutput
            : throw new InvalidOperationException($"gpg {string.Join(' ', arguments)}: {output.StandardErrorText}");
    }
}
