using System.Net;
using System.Net.Http.Headers;
using CriSharp.Primitives;
using CriSharp.Registry.Auth;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// Sends calls to one repository at one registry. One attempt is: 1. the scheme; 2. the request, with what the registry asked for before;
/// 3. its challenge answered; 4. redirects followed, without credentials; then failures that may pass are tried again, later.
/// </summary>
internal sealed class EndpointConnection(
    RegistryEndpoint endpoint, Authenticator authenticator, HostClients hosts, RegistryOptions options, TimeProvider time, int? connects = null)
{
    private const int RedirectLimit = 5;

    // The challenge, and a token of ours that ended before its time.
    private const int AnswerLimit = 2;

    private readonly int _attempts = options.AttemptsAt(endpoint);
    private readonly int _connects = connects ?? options.AttemptsAt(endpoint);

    public RegistryEndpoint Endpoint => endpoint;

    /// <summary>The same place, for who asks others before he asks it again: that no answer comes is final there.</summary>
    public EndpointConnection WithOneConnect() => new(endpoint, authenticator, hosts, options, time, connects: 1);

    /// <returns>A success; the caller disposes it and reads the body with limits of its own.</returns>
    /// <exception cref="RuntimeException">NotFound, Unauthenticated, PermissionDenied, Unavailable, DeadlineExceeded, FailedPrecondition.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pause = options.RetryDelay * (1 << Math.Min(attempt - 1, 10));
            try
            {
                var response = await SendOnceAsync(call, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    pause = RetryPause.Of(response, time) ?? pause;
                    if (attempt >= _attempts || pause > options.RetryAfterLimit || !RegistryFailure.IsWorthRetrying(response.StatusCode))
                    {
                        return call.Method == HttpMethod.Head && response.StatusCode != HttpStatusCode.Unauthorized
                            ? await InFullAsync(call, response, cancellationToken)
                            : throw await RegistryFailure.ReadAsync(response, call.What, time, cancellationToken);
                    }
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
            {
                hosts.For(endpoint).KnownScheme = null;
                var (host, cause) = failure is HopFailedException hop ? (hop.Host, hop.Cause) : (endpoint.Host, failure);
                if (attempt >= _connects || cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
                {
                    throw RegistryFailure.Unreachable(call.What, host, cause);
                }
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>A refusal of HEAD has no words, and some registries know GET only. A refused login is not tried twice.</summary>
    private async Task<HttpResponseMessage> InFullAsync(RegistryCall call, HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await SendOnceAsync(call with { Method = HttpMethod.Get }, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
        {
            throw await RegistryFailure.ReadAsync(refusal, call.What, time, cancellationToken);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RegistryFailure.ReadAsync(response, call.What, time, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryCall call, CancellationToken cancellationToken)
    {
        var client = hosts.For(endpoint);
        var scheme = await SchemeProbe.SchemeOfAsync(endpoint, client, time, cancellationToken);
        var target = new Uri($"{scheme}://{endpoint.Host}/v2/{endpoint.Path}/{call.Path}");
        var response = await AskAsync(call, target, client, authenticator, cancellationToken);
        try
        {
            return IsRedirect(response) ? await FollowAsync(call, target, response, cancellationToken) : response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What another host gets is the bare request: whoever answers there has no claim to our credentials (CVE-2020-15157). If it asks for a token, it gets
    /// nobody's.
    /// </summary>
    private async Task<HttpResponseMessage> FollowAsync(RegistryCall call, Uri from, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var current = response;
        for (var hop = 1; IsRedirect(current); hop++)
        {
            var target = Target(call, from, current, hop);
            current.Dispose();
            var isOwn = target.Scheme == from.Scheme && endpoint.IsAt(from) && endpoint.IsAt(target);
            try
            {
                current = await AskAsync(call, target, hosts.For(target, endpoint), isOwn ? authenticator : authenticator.ForNobodyAt(target), cancellationToken);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
            {
                throw new HopFailedException(target.Authority, failure);
            }

            from = target;
        }

        return current;
    }

    /// <summary>Sends the request with what was asked for before, and answers what is asked for now.</summary>
    private async Task<HttpResponseMessage> AskAsync(
        RegistryCall call, Uri target, HostClient client, Authenticator authenticator, CancellationToken cancellationToken)
    {
        for (var answers = 0; ; answers++)
        {
            using var message = Message(call, target);
            await authenticator.ApplyAsync(message, target.Scheme, cancellationToken);
            var response = await WithinLimitAsync(client, message, cancellationToken);
            try
            {
                if (response.StatusCode != HttpStatusCode.Unauthorized || answers >= AnswerLimit
                    || !await authenticator.AnswerAsync(response, target.Scheme, cancellationToken))
                {
                    return response;
                }
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private Uri Target(RegistryCall call, Uri from, HttpResponseMessage response, int hop)
    {
        if (hop > RedirectLimit || response.Headers.Location is not { } location)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition, $"cannot fetch {call.What}: {from.Authority} redirects us, and we don't follow (redirect {hop})");
        }

        var target = location.IsAbsoluteUri ? location : new Uri(from, location);
        var isHttp = target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps;
        var isDowngrade = from.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps && !endpoint.IsInsecure;
        return isHttp && !isDowngrade && LocalHost.MayLeadTo(from.Host, target.Host) && target.UserInfo.Length == 0
            ? target
            : throw new RuntimeException(
                ErrorKind.PermissionDenied,
                $"cannot fetch {call.What}: {from.Authority} redirects us to {target.Scheme}://{target.Authority}, which is not safe to follow");
    }

    private async Task<HttpResponseMessage> WithinLimitAsync(HostClient client, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        // Fires when: the caller has gone (cancellationToken), or the registry sends no headers (limit).
        using var limit = new CancellationTokenSource(options.ResponseTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await client.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {options.ResponseTimeLimit.TotalSeconds:0.#} s");
        }
    }

    private static HttpRequestMessage Message(RegistryCall call, Uri target)
    {
        var message = new HttpRequestMessage(call.Method, target);
        foreach (var mediaType in call.Accept)
        {
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        }

        if (call.FromByte > 0)
        {
            message.Headers.Range = new RangeHeaderValue(call.FromByte, null);
        }

        return message;
    }

    private static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
}
