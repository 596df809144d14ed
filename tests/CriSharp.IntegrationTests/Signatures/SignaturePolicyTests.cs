using System.Security.Cryptography;
using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Signatures;

/// <summary>A signature policy before a real daemon: images signed by skopeo with GnuPG, and as cosign signs them.</summary>
public sealed class SignaturePolicyTests(SigningInstance signing) : IClassFixture<SigningInstance>
{
    private CriClient Client => signing.Client;

    [Fact]
    public async Task SignedBy_WithWhatSkopeoSigned_IsHeldAgainstThePolicyOfEachMoment()
    {
        await signing.PushAsync("gpg", SigningInstance.Signer);
        var name = signing.NameOf("gpg");
        signing.Policy(SigningInstance.Reject, ($"{signing.Registry.Host}/gpg", signing.SignedBy(SigningInstance.Stranger)));
        await RefusedAsync(() => Client.PullAsync(name), name, "none of the keys", $"{signing.Registry.Host}/gpg", "signedBy", signing.PolicyFile, "signature-1");
        Assert.Null(await Client.ImageAsync(name));

        signing.Policy(SigningInstance.Reject, ($"{signing.Registry.Host}/gpg", signing.SignedBy(SigningInstance.Signer)));
        var id = await Client.PullAsync(name);

        Assert.Equal("gpg", await RunAsync(id));
        Directory.Move(signing.Lookaside, signing.PathOf("away"));
        await signing.RestartAsync();
        Assert.Equal("gpg", await RunAsync(id));
        Directory.Move(signing.PathOf("away"), signing.Lookaside);
        signing.Policy(SigningInstance.Reject);
        await RefusedAsync(() => RunAsync(id), $"as {name}: the default of {signing.PolicyFile} rejects it");
        signing.Policy(SigningInstance.Reject, ($"{signing.Registry.Host}/gpg", signing.SignedBy(SigningInstance.Stranger)));
        await RefusedAsync(() => RunAsync(id), "none of the keys", "pull it again");
        await File.WriteAllTextAsync(signing.PolicyFile, "{");
        await RefusedAsync(() => RunAsync(id), "can't be used", $"{signing.PolicyFile}: line 1");
        await RefusedAsync(() => Client.PullAsync(name), "can't be used");
    }

    [Fact]
    public async Task SignedBy_WithoutAFittingSignature_IsRefused()
    {
        var unsigned = await signing.PushAsync("unsigned");
        var signed = await signing.PushAsync("signed", SigningInstance.Signer);
        signing.Policy(signing.SignedBy(SigningInstance.Signer));
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("unsigned")), "there is no such signature", $"file://{signing.Lookaside}/unsigned@");

        // Another image's signature in its place.
        var folder = Path.Combine(signing.Lookaside, $"unsigned@{unsigned.ManifestDigest.Replace(':', '=')}");
        Directory.CreateDirectory(folder);
        var good = Path.Combine(signing.Lookaside, $"signed@{signed.ManifestDigest.Replace(':', '=')}", "signature-1");
        File.Copy(good, Path.Combine(folder, "signature-1"));
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("unsigned")), $"it is of the manifest {signed.ManifestDigest}");

        // The very image under a name that nobody signed.
        await signing.Registry.Upload.PushAsync(signed, "renamed", "1");
        Directory.CreateDirectory(Path.Combine(signing.Lookaside, $"renamed@{signed.ManifestDigest.Replace(':', '=')}"));
        File.Copy(good, Path.Combine(signing.Lookaside, $"renamed@{signed.ManifestDigest.Replace(':', '=')}", "signature-1"));
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("renamed")), $"it names the image {signing.NameOf("signed")}");

        var damaged = await File.ReadAllBytesAsync(good);
        damaged[^20] ^= 1;
        await File.WriteAllBytesAsync(good, damaged);
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("signed")), "no signature fits");
    }

    [Fact]
    public async Task SigstoreSigned_ByEcdsaOrEd25519_IsAccepted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(signing.PathOf("ecdsa.pub"), key.ExportSubjectPublicKeyInfoPem());
        await signing.RunAsync("/usr/bin/openssl", "genpkey", "-algorithm", "ed25519", "-out", signing.PathOf("ed25519.pem"));
        await signing.RunAsync("/usr/bin/openssl", "pkey", "-in", signing.PathOf("ed25519.pem"), "-pubout", "-out", signing.PathOf("ed25519.pub"));
        var image = await signing.PushAsync("cosign");
        var payload = signing.CosignPayload("cosign", image.ManifestDigest);
        signing.Policy(SigningInstance.Reject, (signing.NameOf("cosign"), SigningInstance.SigstoreSigned(signing.PathOf("ecdsa.pub"))));
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("cosign")), "there is no such signature", ".sig");

        await signing.AttachAsync("cosign", image.ManifestDigest, payload, key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var id = await Client.PullAsync(signing.NameOf("cosign"));
        Assert.Equal("cosign", await RunAsync(id));

        signing.Policy(SigningInstance.Reject, (signing.NameOf("cosign"), SigningInstance.SigstoreSigned(signing.PathOf("ed25519.pub"))));
        await RefusedAsync(() => RunAsync(id), "none of the keys");
        await RefusedAsync(() => Client.PullAsync(signing.NameOf("cosign")), "none of the keys");
        await File.WriteAllBytesAsync(signing.PathOf("payload"), payload);
        await signing.RunAsync(
            "/usr/bin/openssl", "pkeyutl", "-sign", "-rawin", "-inkey", signing.PathOf("ed25519.pem"), "-in", signing.PathOf("payload"), "-out", signing.PathOf("raw"));
        await signing.AttachAsync("cosign", image.ManifestDigest, payload, await File.ReadAllBytesAsync(signing.PathOf("raw")));
        Assert.Equal(id, await Client.PullAsync(signing.NameOf("cosign")));
        Assert.Equal("cosign", await RunAsync(id));
    }

    [Fact]
    public async Task ImageVolume_OfAnImageThatIsRejected_IsRefused()
    {
        signing.Policy(SigningInstance.AcceptAnything);
        await signing.PushAsync("runs");
        await signing.PushAsync("volume");
        var id = await Client.PullAsync(signing.NameOf("runs"));
        var volume = new Mount { ContainerPath = "/data", Readonly = true, Image = new ImageSpec { Image = await Client.PullAsync(signing.NameOf("volume")) } };
        Assert.Equal("runs", await RunAsync(id, volume));

        signing.Policy(SigningInstance.AcceptAnything, ($"{signing.Registry.Host}/volume", SigningInstance.Reject));

        await RefusedAsync(() => RunAsync(id, volume), $"as {signing.NameOf("volume")}: ");
        Assert.Equal("runs", await RunAsync(id));
    }

    [Fact]
    public async Task PolicyOfANamespace_ForItsPods_TakesTheOthersPlace()
    {
        signing.Policy(SigningInstance.AcceptAnything);
        await signing.PushAsync("namespaced");
        var id = await Client.PullAsync(signing.NameOf("namespaced"));
        var config = PodConfigs.Pod(signing.Daemon.CgroupParent, signing.Daemon.PodLogs);
        var file = Path.Combine(signing.PathOf("policies"), $"{config.Metadata.Namespace}.json");
        await File.WriteAllTextAsync(file, """{"default": [{"type": "reject"}]}""");
        try
        {
            await RefusedAsync(() => RunAsync(id), $"{file} rejects it");
            await RefusedAsync(
                async () => await Client.Images.PullImageAsync(
                    new PullImageRequest { Image = new ImageSpec { Image = signing.NameOf("namespaced") }, SandboxConfig = config }, CriClient.Limited),
                $"{file} rejects it");
            Assert.Equal(id, await Client.PullAsync(signing.NameOf("namespaced")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Check_OfPoliciesThatCannotBeFollowed_NamesThem()
    {
        signing.Policy(SigningInstance.AcceptAnything, ("a.test", SigningInstance.SigstoreSigned("/nonexistent/key.pub")));
        var output = await signing.CheckAsync();

        Assert.Contains("signature policy: ", output, StringComparison.Ordinal);
        Assert.Contains("/nonexistent/key.pub: it is not there", output, StringComparison.Ordinal);
    }

    /// <returns>What a container of the image says its name is.</returns>
    private async Task<string> RunAsync(string image, Mount? volume = null)
    {
        var config = PodConfigs.Pod(signing.Daemon.CgroupParent, signing.Daemon.PodLogs);
        var pod = await Client.RunPodAsync(config);
        try
        {
            var container = PodConfigs.Sleeper(image);
            if (volume is not null)
            {
                container.Mounts.Add(volume);
            }

            var id = await Client.CreateAsync(pod, container, config);
            await Client.StartAsync(id);
            return await Client.ExecTextAsync(id, "cat", "/name");
        }
        finally
        {
            await Client.StopPodAsync(pod);
            await Client.RemovePodAsync(pod);
        }
    }

    private static async Task RefusedAsync(Func<Task> call, params string[] words)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.StartsWith("SignatureValidationFailed: image ", failure.Status.Detail, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, failure.Status.Detail, StringComparison.Ordinal));
    }
}
