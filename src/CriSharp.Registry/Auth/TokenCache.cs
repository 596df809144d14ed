namespace CriSharp.Registry.Auth;

/// <summary>Bearer tokens that are still good, by registry, realm, service, scope and who asked.</summary>
internal sealed class TokenCache(TimeProvider time)
{
    private const int CountLimit = 1024;

    private readonly Dictionary<TokenKey, (string Token, DateTimeOffset GoodUntil)> _tokens = [];

    public string? Find(TokenKey key)
    {
        lock (_tokens)
        {
            return _tokens.TryGetValue(key, out var entry) && entry.GoodUntil > time.GetUtcNow() ? entry.Token : null;
        }
    }

    public void Keep(TokenKey key, string token, TimeSpan lifetime)
    {
        lock (_tokens)
        {
            if (_tokens.Count >= CountLimit)
            {
                var now = time.GetUtcNow();
                foreach (var old in _tokens.Where(entry => entry.Value.GoodUntil <= now).Select(entry => entry.Key).ToList())
                {
                    _tokens.Remove(old);
                }

                if (_tokens.Count >= CountLimit)
                {
                    _tokens.Clear();
                }
            }

            _tokens[key] = (token, time.GetUtcNow() + lifetime);
        }
    }

    public void Forget(TokenKey key)
    {
        lock (_tokens)
        {
            _tokens.Remove(key);
        }
    }
}

internal sealed record TokenKey(string RegistryHost, string Realm, string Service, string Scope, string CredentialsFingerprint);
