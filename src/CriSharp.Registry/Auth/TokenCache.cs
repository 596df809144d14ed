namespace CriSharp.Registry.Auth;

/// <summary>Bearer tokens that are still good, by registry, realm, service, scope and who asked. Their age is told by the monotonic clock.</summary>
internal sealed class TokenCache(TimeProvider time)
{
    private const int CountLimit = 1024;

    private readonly Dictionary<TokenKey, (string Token, long Since, TimeSpan Lifetime)> _tokens = [];

    public string? Find(TokenKey key)
    {
        lock (_tokens)
        {
            return _tokens.TryGetValue(key, out var entry) && IsGood(entry) ? entry.Token : null;
        }
    }

    public void Keep(TokenKey key, string token, TimeSpan lifetime)
    {
        lock (_tokens)
        {
            if (_tokens.Count >= CountLimit)
            {
                foreach (var old in _tokens.Where(entry => !IsGood(entry.Value)).Select(entry => entry.Key).ToList())
                {
                    _tokens.Remove(old);
                }

                if (_tokens.Count >= CountLimit)
                {
                    _tokens.Clear();
                }
            }

            _tokens[key] = (token, time.GetTimestamp(), lifetime);
        }
    }

    public void Forget(TokenKey key)
    {
        lock (_tokens)
        {
            _tokens.Remove(key);
        }
    }

    private bool IsGood((string Token, long Since, TimeSpan Lifetime) entry) => time.GetElapsedTime(entry.Since) < entry.Lifetime;
}

internal sealed record TokenKey(string RegistryHost, string Realm, string Service, string Scope, string CredentialsFingerprint);
