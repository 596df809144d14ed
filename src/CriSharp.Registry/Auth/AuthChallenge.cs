using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Registry.Auth;

/// <summary>
/// One challenge of a 401 answer: <c>Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"</c>.
/// https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate
/// </summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => string.Equals(Scheme, "Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => string.Equals(Scheme, "Basic", StringComparison.OrdinalIgnoreCase);

    public string this[string name] => Parameters.GetValueOrDefault(name, "");

    /// <summary>One header value may hold several challenges, and a challenge several parameters, all separated by commas.</summary>
    public static IReadOnlyList<AuthChallenge> Parse(IEnumerable<string> headerValues)
    {
        var challenges = new List<AuthChallenge>();
        foreach (var value in headerValues)
        {
            var reader = new ChallengeReader(value);
            Dictionary<string, string>? parameters = null;
            while (reader.SkipSeparators() && reader.TryReadToken(out var token))
            {
                if (reader.TryReadValue(out var parameter))
                {
                    // The first of two equal names counts, whatever a later one would like.
                    parameters?.TryAdd(token, parameter);
                    continue;
                }

                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new AuthChallenge(token, parameters));
            }
        }

        return challenges;
    }

    /// <summary>Walks over <c>token</c>, <c>token=token</c> and <c>token="quoted \" text"</c>.</summary>
    private sealed class ChallengeReader(string text)
    {
        private int _position;

        public bool SkipSeparators()
        {
            while (_position < text.Length && text[_position] is ' ' or '\t' or ',')
            {
                _position++;
            }

            return _position < text.Length;
        }

        public bool TryReadToken([NotNullWhen(true)] out string? token)
        {
            var start = _position;
            while (_position < text.Length && text[_position] is not (' ' or '\t' or ',' or '=' or '"'))
            {
                _position++;
            }

            token = _position > start ? text[start.._position] : null;
            return token is not null;
        }

        public bool TryReadValue([NotNullWhen(true)] out string? value)
        {
            value = null;
            var position = _position;
            while (position < text.Length && text[position] is ' ' or '\t')
            {
                position++;
            }

            if (position >= text.Length || text[position] != '=')
            {
                return false;
            }

            _position = position + 1;
            while (_position < text.Length && text[_position] is ' ' or '\t')
            {
                _position++;
            }

            value = _position < text.Length && text[_position] == '"' ? ReadQuoted() : TryReadToken(out var token) ? token : "";
            return true;
        }

        private string ReadQuoted()
        {
            var value = new System.Text.StringBuilder();
            for (_position++; _position < text.Length && text[_position] != '"'; _position++)
            {
                if (text[_position] == '\\' && _position + 1 < text.Length)
                {
                    _position++;
                }

                value.Append(text[_position]);
            }

            _position++;
            return value.ToString();
        }
    }
}
