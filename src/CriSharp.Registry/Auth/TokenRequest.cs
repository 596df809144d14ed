using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Transport;

namespace CriSharp.Registry.Auth;

/// <summary>
/// Asks a token service for a bearer token: GET with Basic for a user and a password, an OAuth2 refresh grant by POST for an identity token,
/// GET without anything for nobody.
/// https://distribution.github.io/distribution/spec/auth/oauth/
/// </summary>
internal sealed class TokenRequest(RegistryOptions options, HostClients hosts, TimeProvider time)
{
    private const int ResponseLimitBytes = 1 << 20;
    private const string ClientId = "crisharp";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=:|!@#$%^&*()[]{}<>?;'`");

    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <returns>The token, and how long it may be used.</returns>
    /// <exception cref="RuntimeException">Unauthenticated: refused. Unavailable, DeadlineExceeded: no usable answer.</exception>
    public async Task<(string Token, TimeSpan Lifetime)> RunAsync(
        TokenKey key, RegistryCredentials? credentials, RegistryEndpoint endpoint, string scheme, CancellationToken cancellationToken)
    {
        var what = $"a token for {endpoint.Host}/{endpoint.Path}";
        var realm = new Uri(key.Realm);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                using var response = await SendAsync(realm, key, credentials, endpoint, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return await ReadAsync(response, what, cancellationToken);
                }

                var pause = RetryPause.Of(response, time) ?? (options.RetryDelay * (1 << Math.Min(attempt - 1, 10)));
                if (attempt >= options.AttemptsAt(endpoint) || pause > options.RetryAfterLimit || !RegistryFailure.IsWorthRetrying(response.StatusCode))
                {
                    throw await RegistryFailure.ReadAsync(response, what, time, cancellationToken);
                }

                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
        {
            throw RegistryFailure.Unreachable(what, realm.Authority, failure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        Uri realm, TokenKey key, RegistryCredentials? credentials, RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var message = credentials is { RefreshToken.Length: > 0 }
            ? RefreshMessage(realm, key, credentials.RefreshToken)
            : SimpleMessage(realm, key, credentials);

        // Fires when: the caller has gone (cancellationToken), or the service is silent (limit).
        using var limit = new CancellationTokenSource(options.ResponseTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await hosts.For(realm, endpoint).SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {options.ResponseTimeLimit.TotalSeconds:0.#} s");
        }
    }

    private static HttpRequestMessage SimpleMessage(Uri realm, TokenKey key, RegistryCredentials? credentials)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Append(query, "service", key.Service);
        foreach (var scope in key.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Append(query, "scope", scope);
        }

        Append(query, "account", credentials?.UserName ?? "");
        var message = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString(), Fragment = "" }.Uri);
        if (credentials?.BasicParameter is { } basic)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        }

        return message;
    }

    private static HttpRequestMessage RefreshMessage(Uri realm, TokenKey key, string refreshToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, realm)
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "refresh_token"),
                new("service", key.Service),
                new("client_id", ClientId),
                new("scope", key.Scope),
                new("refresh_token", refreshToken),
            ]),
        };
        message.Options.Set(SentSecrets.InBody, refreshToken);
        return message;
    }

    private async Task<(string Token, TimeSpan Lifetime)> ReadAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        var host = response.RequestMessage!.RequestUri!.Authority;
        var body = await LimitedBody.ReadAsync(response.Content, ResponseLimitBytes, options.ResponseTimeLimit, time, cancellationToken)
            ?? throw new RuntimeException(ErrorKind.Unavailable, $"cannot fetch {what}: the answer of {host} is longer than {ResponseLimitBytes} bytes");
        TokenResponseJson? answer;
        try
        {
            answer = JsonSerializer.Deserialize(body, RegistryJsonContext.Default.TokenResponseJson);
        }
        catch (JsonException malformed)
        {
            throw new RuntimeException(ErrorKind.Unavailable, $"cannot fetch {what}: the answer of {host} is malformed: {malformed.Message}", malformed);
        }

        var token = string.IsNullOrEmpty(answer?.Token) ? answer?.AccessToken : answer.Token;
        if (string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw new RuntimeException(ErrorKind.Unavailable, $"cannot fetch {what}: the answer of {host} holds no token that a header could carry");
        }

        var said = answer!.ExpiresIn is > 0 and <= 1e9 and var seconds ? TimeSpan.FromSeconds(seconds) : ShortestLifetime;
        var lifetime = said < LongestLifetime ? said : LongestLifetime;
        return (token, lifetime > Margin * 2 ? lifetime - Margin : lifetime);
    }

    private static void Append(StringBuilder query, string name, string value)
    {
        if (value.Length > 0)
        {
            query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
