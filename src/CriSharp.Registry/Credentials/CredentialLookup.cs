using System.Security.Cryptography;
using System.Text;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Credentials;

/// <summary>Finds credentials in auth files and by credential helpers. All is read anew for each pull.</summary>
public sealed class CredentialLookup(CredentialOptions options, ICredentialPrograms helpers, Func<RegistriesConfiguration> registries)
{
    /// <summary>How registries.conf calls the auth files among its credential-helpers.</summary>
    private const string Files = "containers-auth.json";

    private const int NamespaceLimit = 253;

    /// <summary>
    /// Takes the file that is there for one pull of a namespace: it is gone afterwards.
    /// https://github.com/cri-o/crio-credential-provider
    /// </summary>
    /// <param name="podNamespace">Of the pod that wants the image; empty where nobody told.</param>
    /// <param name="repository">"docker.io/library/busybox", as the kubelet reads the name.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: the file can't be used.</exception>
    public PullCredentialFiles ForPull(string podNamespace, string repository)
    {
        if (options.NamespacedFolder is not { } folder || !IsNamespace(podNamespace))
        {
            return new PullCredentialFiles(this, null);
        }

        var path = Path.Combine(folder, $"{podNamespace}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)))}.json");
        try
        {
            return new PullCredentialFiles(this, AuthFile.Read(path));
        }
        finally
        {
            Remove(path);
        }
    }

    internal async Task<RegistryCredentials?> FindAsync(AuthFile? ofNamespace, string repository, CancellationToken cancellationToken)
    {
        if (ofNamespace is not null && await ofNamespace.FindAsync(repository, helpers, cancellationToken) is { } own)
        {
            return own;
        }

        foreach (var place in registries().CredentialHelpers ?? [Files])
        {
            var found = place == Files
                ? await FindInFilesAsync(repository, cancellationToken)
                : await HelperProtocol.GetAsync(helpers, place, HelperProtocol.ServerUrlOf(repository), "registries.conf, credential-helpers", cancellationToken);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    private async Task<RegistryCredentials?> FindInFilesAsync(string repository, CancellationToken cancellationToken)
    {
        foreach (var path in options.Files)
        {
            if (AuthFile.Read(path) is { } file && await file.FindAsync(repository, helpers, cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static bool IsNamespace(string text) =>
        text.Length is > 0 and <= NamespaceLimit && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.');

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception kept) when (kept is DirectoryNotFoundException)
        {
            // There was none.
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the auth file {path} is for one pull only and can't be removed: {kept.Message}", kept);
        }
    }
}

/// <summary>The auth files that one pull may use.</summary>
public sealed class PullCredentialFiles
{
    private readonly CredentialLookup _lookup;
    private readonly AuthFile? _ofNamespace;

    internal PullCredentialFiles(CredentialLookup lookup, AuthFile? ofNamespace) => (_lookup, _ofNamespace) = (lookup, ofNamespace);

    internal Task<RegistryCredentials?> FindAsync(string repository, CancellationToken cancellationToken) =>
        _lookup.FindAsync(_ofNamespace, repository, cancellationToken);
}
