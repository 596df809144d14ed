namespace CriSharp.Registry.Transport;

/// <summary>Retry-After: seconds or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after</summary>
internal static class RetryPause
{
    /// <returns>Null where the answer doesn't say; never less than nothing.</returns>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var pause = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }
}
