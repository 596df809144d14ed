using System.Net;
using System.Net.Http.Headers;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Auth;

/// <summary>
/// Answers the challenges of one repository at one registry. Nothing is sent before the registry asks, and credentials that it refuses
/// are an error: there is no silent second try without them.
/// https://distribution.github.io/distribution/spec/auth/token/
/// </summary>
internal sealed class Authenticator(RegistryEndpoint endpoint, RegistryCredentials? credentials, TokenCache tokens, TokenRequest request, EndpointOrder endpoints)
{
    private const int ParameterLengthLimit = 2048;

    private readonly string _fingerprint = credentials?.Fingerprint() ?? "";
    private volatile Grant? _grant;

    /// <summary>For another host, to which the registry leads.</summary>
    public Authenticator ForNobodyAt(Uri target) => new(
        endpoint with { Host = target.Authority, IsInsecure = endpoints.IsInsecure(target, endpoint) }, null, tokens, request, endpoints);

    /// <summary>Adds what the registry asked for last time, if anything.</summary>
    public async Task ApplyAsync(HttpRequestMessage message, string scheme, CancellationToken cancellationToken)
    {
        switch (_grant)
        {
            case BasicGrant basic:
                message.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic.Parameter);
                break;
            case TokenGrant { FixedToken: { } token }:
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                break;
            case TokenGrant grant:
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(grant.Key, scheme, cancellationToken));
                break;
        }
    }

    /// <summary>Reads the challenges of a 401.</summary>
    /// <returns>True if another try makes sense; false if what was sent is all that we have.</returns>
    /// <exception cref="RuntimeException">The token service refused, or the challenge is one that we must not follow.</exception>
    public async Task<bool> AnswerAsync(HttpResponseMessage response, string scheme, CancellationToken cancellationToken)
    {
        var challenges = AuthChallenge.Parse(response.Headers.TryGetValues("WWW-Authenticate", out var values) ? values : []);
        var sent = response.RequestMessage?.Headers.Authorization?.Parameter;
        if (challenges.FirstOrDefault(challenge => challenge.IsBearer) is { } bearer)
        {
            return await AnswerBearerAsync(bearer, sent, scheme, cancellationToken);
        }

        if (challenges.Any(challenge => challenge.IsBasic) && credentials?.BasicParameter is { } basic && sent != basic)
        {
            _grant = new BasicGrant(basic);
            return true;
        }

        return false;
    }

    private async Task<bool> AnswerBearerAsync(AuthChallenge challenge, string? sent, string scheme, CancellationToken cancellationToken)
    {
        if (credentials is { RegistryToken.Length: > 0 })
        {
            _grant = new TokenGrant(null, credentials.RegistryToken);
            return sent != credentials.RegistryToken;
        }

        var realm = challenge["realm"];
        if (TokenRealm.Fault(realm, endpoint, scheme, endpoints) is { } fault)
        {
            throw new RuntimeException(
                ErrorKind.PermissionDenied, $"registry {endpoint.Host} sends us for a token to \"{Shorten(realm)}\", which we don't follow: {fault}");
        }

        var scope = challenge["scope"];
        var key = new TokenKey(endpoint.Host, realm, challenge["service"], scope.Length > 0 ? scope : $"repository:{endpoint.Path}:pull", _fingerprint);
        if (key.Service.Length > ParameterLengthLimit || key.Scope.Length > ParameterLengthLimit)
        {
            throw new RuntimeException(ErrorKind.PermissionDenied, $"registry {endpoint.Host} sends a challenge with more than {ParameterLengthLimit} characters");
        }

        // A token that the registry refuses may have ended early; one that was made for this very answer is final.
        if (sent is not null && tokens.Find(key) == sent)
        {
            tokens.Forget(key);
        }

        var token = await TokenAsync(key, scheme, cancellationToken);
        _grant = new TokenGrant(key, null);
        return token != sent;
    }

    private async Task<string> TokenAsync(TokenKey? key, string scheme, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (tokens.Find(key) is { } known)
        {
            return known;
        }

        var (token, lifetime) = await request.RunAsync(key, credentials, endpoint, scheme, cancellationToken);
        tokens.Keep(key, token, lifetime);
        return token;
    }

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";

    private abstract record Grant;

    private sealed record BasicGrant(string Parameter) : Grant;

    private sealed record TokenGrant(TokenKey? Key, string? FixedToken) : Grant;
}
