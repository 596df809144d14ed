namespace CriSharp.Registry.Transport;

/// <summary>Reads small bodies, never more than was allowed and never for longer.</summary>
internal static class LimitedBody
{
    /// <returns>Null when the body is longer than the limit.</returns>
    /// <exception cref="TimeoutException">It did not end within the time limit.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContent content, int limitBytes, TimeSpan timeLimit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limitBytes)
        {
            return null;
        }

        // Fires when: the caller has gone (cancellationToken), or the registry is too slow (limit).
        using var limit = new CancellationTokenSource(timeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(either.Token);
            using var bytes = new MemoryStream();
            var buffer = new byte[32 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, either.Token)) > 0)
            {
                if (bytes.Length + count > limitBytes)
                {
                    return null;
                }

                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the body did not end within {timeLimit.TotalSeconds:0.#} s");
        }
    }
}
