using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Registry.Credentials;

/// <summary>What one auth file says of a repository. Never printed.</summary>
internal sealed class AuthFile
{
    private const int LimitBytes = 1 << 20;
    private const string OldDockerName = ".dockercfg";

    private readonly string _path;
    private readonly Dictionary<string, AuthEntryJson> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string ServerUrl, string Helper)> _helpers = new(StringComparer.Ordinal);
    private readonly string _store;

    private AuthFile(string path, AuthFileJson content)
    {
        _path = path;
        _store = content.Store ?? "";

        // A key that stands there as it is goes before one that comes to the same.
        foreach (var (key, entry) in (content.Entries ?? []).OrderBy(entry => CredentialKeys.Normalized(entry.Key) != entry.Key))
        {
            if (entry is not null)
            {
                _entries.TryAdd(CredentialKeys.Normalized(key), entry);
            }
        }

        foreach (var (key, helper) in (content.Helpers ?? []).OrderBy(helper => CredentialKeys.Normalized(helper.Key) != helper.Key))
        {
            if (!string.IsNullOrEmpty(helper))
            {
                _helpers.TryAdd(CredentialKeys.Normalized(key), (key, helper));
            }
        }
    }

    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: the file can't be used, and why; nothing of what is in it.</exception>
    public static AuthFile? Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > LimitBytes)
            {
                throw Unusable(path, $"it has {stream.Length} bytes, and {LimitBytes} is the limit");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new AuthFile(path, Parse(path, bytes));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException malformed)
        {
            throw Unusable(path, $"it is not JSON of the right shape (line {malformed.LineNumber + 1}, at {malformed.Path ?? "$"})");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unusable(path, unreadable.Message);
        }
    }

    /// <summary>The most specific key goes first; of the same one its helper; the store for all registries is asked last.</summary>
    /// <returns>Null where the file knows none.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: an entry or a helper that can't be used. DeadlineExceeded: a helper that hangs.</exception>
    public async Task<RegistryCredentials?> FindAsync(string repository, ICredentialPrograms helpers, CancellationToken cancellationToken)
    {
        foreach (var key in CredentialKeys.For(repository))
        {
            if (_helpers.TryGetValue(key, out var helper)
                && await HelperProtocol.GetAsync(helpers, helper.Helper, helper.ServerUrl, _path, cancellationToken) is { } told)
            {
                return told;
            }

            if (_entries.TryGetValue(key, out var entry) && CredentialsOf(key, entry) is { } written)
            {
                return written;
            }
        }

        return _store.Length > 0
            ? await HelperProtocol.GetAsync(helpers, _store, HelperProtocol.ServerUrlOf(repository), _path, cancellationToken)
            : null;
    }

    /// <summary>Nothing that is secret.</summary>
    public override string ToString()
    {
        var helpers = _helpers.Values.Select(helper => helper.Helper).Append(_store).Where(name => name.Length > 0).Distinct().ToList();
        return $"{_path}: {_entries.Count} entries{(helpers.Count > 0 ? $", credential helpers {string.Join(", ", helpers)}" : "")}";
    }

    private static AuthFileJson Parse(string path, byte[] bytes)
    {
        // An empty file is what a login that failed leaves.
        if (bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return new AuthFileJson();
        }

        return Path.GetFileName(path) == OldDockerName
            ? new AuthFileJson { Entries = JsonSerializer.Deserialize(bytes, CredentialsJsonContext.Default.DictionaryStringAuthEntryJson)! }
            : JsonSerializer.Deserialize(bytes, CredentialsJsonContext.Default.AuthFileJson) ?? new AuthFileJson();
    }

    private RegistryCredentials? CredentialsOf(string key, AuthEntryJson entry)
    {
        var (user, password) = (entry.UserName ?? "", entry.Password ?? "");
        if (!string.IsNullOrEmpty(entry.Auth) && !BasicPair.TryDecode(entry.Auth, out user, out password))
        {
            throw Unusable(_path, $"the entry \"{key}\" has an \"auth\" that is not base64 of \"user:password\"");
        }

        var credentials = new RegistryCredentials
        {
            UserName = user,
            Password = password,
            IdentityToken = entry.IdentityToken ?? "",
            RegistryToken = entry.RegistryToken ?? "",
        };
        return credentials.IsEmpty ? null : credentials;
    }

    // The cause is left out: a parser quotes what it can't read.
    private static RuntimeException Unusable(string path, string why) =>
        new(ErrorKind.FailedPrecondition, $"the auth file {path} can't be used: {why}; mend it or take it away");
}
