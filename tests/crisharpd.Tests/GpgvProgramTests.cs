using System.Text;
using CriSharp.Daemon.Signing;
using CriSharp.Oci;
using CriSharp.Signatures.Checks;
using CriSharp.Signatures.Policies;
using CriSharp.TestSupport.Signing;

namespace CriSharp.Daemon.Tests;

/// <summary>The real gpgv on messages that the real gpg has signed, through the policy that wants them.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class GpgvProgramTests : IAsyncLifetime
{
    private const string Signer = "signer@example.test";
    private const string Other = "other@example.test";
    private const string Past = "20200101T000000";

    private static readonly Digest Manifest = Digest.Parse($"sha256:{new string('2', 64)}");
    private static readonly byte[] Claim = Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":"a.test/app:1"},"image":{"docker-manifest-digest":"{{{Manifest}}}"},"type":"atomic container signature"},"optional":{} }""");

    private readonly GnuPgHome _home = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-gpgv-");

    private string Scratch => Path.Combine(_folder.FullName, "scratch");

    public async Task InitializeAsync()
    {
        await _home.MakeKeyAsync(Signer);
        await _home.MakeKeyAsync(Other);
    }

    public async Task DisposeAsync()
    {
        await _home.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Check_OfASignatureByOneOfTheKeys_IsAccepted(bool armour)
    {
        var message = await _home.SignAsync(Claim, null, Signer);

        Assert.Null(await CheckAsync(message, await _home.ExportAsync(Other, armour), await _home.ExportAsync(Signer, armour)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    [Fact]
    public async Task Check_OfTwoKeysInOneArmouredFile_KnowsBoth()
    {
        var both = (ReadOnlyMemory<byte>)new byte[][] { [.. "some words\r\n"u8], (await _home.ExportAsync(Other, true)).ToArray(), (await _home.ExportAsync(Signer, true)).ToArray() }
            .SelectMany(bytes => bytes).ToArray();

        Assert.Null(await CheckAsync(await _home.SignAsync(Claim, null, Signer), both));
        Assert.Null(await CheckAsync(await _home.SignAsync(Claim, null, Other), both));
    }

    [Fact]
    public async Task Check_OfAnythingElse_SaysWhy()
    {
        var key = await _home.ExportAsync(Signer);
        var good = (await _home.SignAsync(Claim, null, Signer)).ToArray();

        Assert.Contains("none of the keys", await CheckAsync(await _home.SignAsync(Claim, null, Other), key), StringComparison.Ordinal);
        Assert.NotNull(await CheckAsync(await _home.SignAsync(Claim, null, Signer, Other), key));
        Assert.Contains("2 times", await CheckAsync(await _home.SignAsync(Claim, null, Signer, Other), key, await _home.ExportAsync(Other)), StringComparison.Ordinal);
        Assert.Contains("no signed OpenPGP message", await CheckAsync(new byte[] { 0x90, 1, 2, 3 }, key), StringComparison.Ordinal);
        Assert.Contains("payload is none", await CheckAsync(await _home.SignAsync("{}"u8.ToArray(), null, Signer), key), StringComparison.Ordinal);
        Assert.Contains("longer than", await CheckAsync(await _home.SignAsync(new byte[4 << 20], null, Signer), key), StringComparison.Ordinal);
        Assert.Contains("neither an OpenPGP keyring", await CheckAsync(good, "nonsense"u8.ToArray()), StringComparison.Ordinal);
    }

    /// <summary>What is signed, and the signature; a message also holds words that nobody signs, such as the name of the file.</summary>
    [Fact]
    public async Task Check_OfChangedContent_IsRefused()
    {
        var key = await _home.ExportAsync(Signer);
        var message = (await _home.SignUncompressedAsync(Claim, Signer)).ToArray();
        var content = message.AsSpan().IndexOf(Claim);
        Assert.True(content > 0);
        Assert.Null(await CheckAsync(message, key));
        foreach (var position in Enumerable.Range(0, Claim.Length).Where(number => number % 7 == 0).Select(number => content + number).Append(message.Length - 1))
        {
            var changed = message.ToArray();
            changed[position] ^= 0x20;
            Assert.NotNull(await CheckAsync(changed, key));
        }

        Assert.NotNull(await CheckAsync(message.AsMemory(0, message.Length - 1), key));
    }

    [Fact]
    public async Task Check_ByAKeyThatHasExpiredOrWasRevoked_IsRefused()
    {
        await _home.MakeKeyAsync("old@example.test", Past, "1d");
        var old = await _home.SignAsync(Claim, Past, "old@example.test");
        Assert.Contains("has expired", await CheckAsync(old, await _home.ExportAsync("old@example.test")), StringComparison.Ordinal);

        var good = await _home.SignAsync(Claim, null, Signer);
        await _home.RevokeAsync(Signer);
        Assert.Contains("was revoked", await CheckAsync(good, await _home.ExportAsync(Signer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WithoutGpgv_SaysWhatToInstall()
    {
        var words = await CheckAsync(await _home.SignAsync(Claim, null, Signer), ["/nonexistent/gpgv"], await _home.ExportAsync(Signer));

        Assert.Contains("gpgv is not installed (looked for /nonexistent/gpgv): install the package gpgv", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhenGpgvHangs_EndsWithTheCaller()
    {
        var script = Path.Combine(_folder.FullName, "gpgv");
        await File.WriteAllTextAsync(script, "#!/bin/sh\nsleep 60\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new GpgvProgram(Scratch, [script]).RunAsync(new byte[] { 0x90 }, [], limit.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    [Fact]
    public async Task Run_AfterAKill_SweepsWhatWasLeft()
    {
        Directory.CreateDirectory(Path.Combine(Scratch, "left"));

        Assert.Null(await CheckAsync(await _home.SignAsync(Claim, null, Signer), await _home.ExportAsync(Signer)));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    private Task<string?> CheckAsync(ReadOnlyMemory<byte> message, params ReadOnlyMemory<byte>[] keys) => CheckAsync(message, GpgvProgram.UsualPaths, keys);

    private async Task<string?> CheckAsync(ReadOnlyMemory<byte> message, IReadOnlyList<string> paths, params ReadOnlyMemory<byte>[] keys)
    {
        var files = new List<string>();
        foreach (var key in keys)
        {
            files.Add(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N")));
            await File.WriteAllBytesAsync(files[^1], key.ToArray());
        }

        var policy = $$"""{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": [{{string.Join(", ", files.Select(file => $"\"{file}\""))}}]}]}""";
        var subject = new SignedSubject(ImageReference.Parse("a.test/app:1"), Manifest, Manifest);
        return await new CheckSignatures(new GpgvProgram(Scratch, paths), new Ed25519Library()).RunAsync(
            PolicyReader.Read(Encoding.UTF8.GetBytes(policy), "/policy.json").For(subject.Name),
            subject,
            [new ImageSignature.OpenPgp("here", message)],
            "here",
            CancellationToken.None);
    }
}
