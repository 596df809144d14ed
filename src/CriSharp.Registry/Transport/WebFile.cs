using System.Net;
using CriSharp.Primitives;

namespace CriSharp.Registry.Transport;

/// <summary>A small file on a web server that is no registry: no credentials, no redirect, the certificates of its host.</summary>
internal sealed class WebFile(HostClients hosts, RegistryOptions options, TimeProvider time)
{
    /// <returns>Null: there is none.</returns>
    public async Task<byte[]?> TryFetchAsync(Uri address, int limitBytes, CancellationToken cancellationToken)
    {
        var what = address.AbsoluteUri;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await FetchOnceAsync(address, what, limitBytes, cancellationToken);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
            {
                if (attempt >= options.Attempts || failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
                {
                    throw RegistryFailure.Unreachable(what, address.Authority, failure);
                }
            }

            await Task.Delay(options.RetryDelay * (1 << Math.Min(attempt - 1, 10)), time, cancellationToken);
        }
    }

    private async Task<byte[]?> FetchOnceAsync(Uri address, string what, int limitBytes, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);

        // Fires when: the caller has gone (cancellationToken), or the server sends no headers (limit).
        using var limit = new CancellationTokenSource(options.ResponseTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HttpResponseMessage response;
        try
        {
            response = await hosts.For(address.Authority).SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {options.ResponseTimeLimit.TotalSeconds:0.#} s");
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryFailure.ReadAsync(response, what, time, cancellationToken);
            }

            return await LimitedBody.ReadAsync(response.Content, limitBytes, options.SmallBodyTimeLimit, time, cancellationToken)
                ?? throw new RuntimeException(ErrorKind.ResourceExhausted, $"{what} is longer than {limitBytes} bytes");
        }
    }
}
