using System.Buffers;
using System.Text;
using System.Text.Json;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Registry.Credentials;

/// <summary>
/// docker-credential-NAME get: the server's URL goes in, a user name and a secret come out.
/// https://github.com/docker/docker-credential-helpers#development
/// </summary>
internal static class HelperProtocol
{
    private const string NotFound = "credentials not found in native keychain";
    private const int NameLimit = 64;
    private const int WordsLimit = 200;

    /// <summary>As the user name: the secret is an identity token.</summary>
    private const string TokenUserName = "<token>";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Of the registry that a repository lies in.</summary>
    public static string ServerUrlOf(string repository)
    {
        var host = CredentialKeys.HostOf(repository);
        return host == ImageReference.DefaultDomain ? CredentialKeys.DockerHubUrl : host;
    }

    /// <param name="source">The file that names the helper, for errors.</param>
    /// <returns>Null where the helper knows none.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: the name is none, or what the helper said is no answer. DeadlineExceeded: it hangs.</exception>
    public static async Task<RegistryCredentials?> GetAsync(
        ICredentialPrograms helpers, string name, string serverUrl, string source, CancellationToken cancellationToken)
    {
        // It becomes a part of a file's name.
        if (name.Length > NameLimit || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw Unusable(source, $"names a credential helper that has more than {NameLimit} characters, or others than letters, digits, '.', '_' and '-'");
        }

        var output = await helpers.GetAsync(name, serverUrl, cancellationToken);
        if (output.ExitCode != 0)
        {
            var words = WordsOf(output.Bytes);
            return words.Contains(NotFound, StringComparison.Ordinal)
                ? null
                : throw Unusable(source, $"docker-credential-{name} get for {serverUrl} ended with {output.ExitCode}{(words.Length > 0 ? $": {words}" : "")}");
        }

        return Parse(output.Bytes) ?? throw Unusable(source, $"docker-credential-{name} get for {serverUrl} gave no answer in the form of a credential helper's");
    }

    private static RegistryCredentials? Parse(ReadOnlySpan<byte> output)
    {
        try
        {
            return JsonSerializer.Deserialize(output, CredentialsJsonContext.Default.HelperAnswerJson) switch
            {
                { UserName: TokenUserName, Secret.Length: > 0 } token => new RegistryCredentials { IdentityToken = token.Secret },
                { UserName: { } user, Secret: { } secret } when user.Length + secret.Length > 0 => new RegistryCredentials { UserName = user, Password = secret },
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of a helper that failed; what looks like an answer may hold the secret.</summary>
    private static string WordsOf(ReadOnlySpan<byte> output)
    {
        var words = Encoding.UTF8.GetString(output[..Math.Min(output.Length, WordsLimit)]).Trim();
        return words.StartsWith('{') ? "" : PrintableWords.Of(words);
    }

    private static RuntimeException Unusable(string source, string why) => new(ErrorKind.FailedPrecondition, $"{source}: {why}");
}
