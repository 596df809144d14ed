using System.Security.Cryptography;
using System.Text;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Credentials;

/// <summary>Who we are to each place that may have a repository: the registry itself and its mirrors. Never printed.</summary>
public sealed class RepositoryCredentials
{
    public static readonly RepositoryCredentials None = new(new Dictionary<string, RegistryCredentials>());

    private readonly IReadOnlyDictionary<string, RegistryCredentials> _byRepository;

    internal RepositoryCredentials(IReadOnlyDictionary<string, RegistryCredentials> byRepository) => _byRepository = byRepository;

    /// <summary>Equal for equal credentials to the same places; says nothing about them.</summary>
    public string Fingerprint()
    {
        if (_byRepository.Count == 0)
        {
            return "";
        }

        var parts = _byRepository.OrderBy(place => place.Key, StringComparer.Ordinal).Select(place => $"{place.Key} {place.Value.Fingerprint()}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    public override string ToString() => "(credentials)";

    /// <summary>Null for a place that none were found for, also where registries.conf has come to name it only now.</summary>
    internal RegistryCredentials? For(RegistryEndpoint endpoint) => _byRepository.GetValueOrDefault(endpoint.Repository);
}
