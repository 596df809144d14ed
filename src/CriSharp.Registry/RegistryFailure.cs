using System.Net;
using System.Text;
using System.Text.Json;
using CriSharp.Primitives;
using CriSharp.Registry.Transport;

namespace CriSharp.Registry;

/// <summary>Turns a registry's refusal into an error that says what was asked of whom, what it answered, and what to do.</summary>
internal static class RegistryFailure
{
    private const int BodyLimitBytes = 64 * 1024;
    private const int ErrorsQuoted = 3;

    private static readonly TimeSpan BodyTimeLimit = TimeSpan.FromSeconds(5);

    /// <param name="what">"manifest latest of example.org/a/b".</param>
    public static async Task<RuntimeException> ReadAsync(HttpResponseMessage response, string what, TimeProvider time, CancellationToken cancellationToken)
    {
        var words = await WordsAsync(response, time, cancellationToken);
        var (kind, advice) = Judge(response.StatusCode);
        return new RuntimeException(kind, $"cannot fetch {what}: {HostOf(response)} answered {(int)response.StatusCode}{words}{advice}");
    }

    /// <summary>Who gave the answer: where the registry led, it is another host than its own.</summary>
    public static string HostOf(HttpResponseMessage response) => response.RequestMessage?.RequestUri?.Authority ?? "the registry";

    public static RuntimeException Unreachable(string what, string host, Exception cause)
    {
        if (cause is TimeoutException)
        {
            return new RuntimeException(ErrorKind.DeadlineExceeded, $"cannot fetch {what}: {host} does not answer: {cause.Message}", cause);
        }

        var advice = cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? $" (if its certificate is not trusted, put its CA into certs.d/{host}/ca.crt)"
            : "";
        return new RuntimeException(ErrorKind.Unavailable, $"cannot fetch {what}: no connection to {host}: {Deepest(cause)}{advice}", cause);
    }

    /// <summary>Nobody was there, or he fell silent; what an answer says is another thing.</summary>
    public static bool IsNoAnswer(RuntimeException failure) => failure.InnerException is HttpRequestException or IOException or TimeoutException;

    public static bool IsWorthRetrying(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || ((int)status >= 500 && status != HttpStatusCode.NotImplemented);

    private static (ErrorKind Kind, string Advice) Judge(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => (ErrorKind.Unauthenticated, "; the repository does not exist, or it needs (other) credentials"),
        HttpStatusCode.Forbidden => (ErrorKind.PermissionDenied, "; these credentials may not pull it"),
        HttpStatusCode.NotFound => (ErrorKind.NotFound, "; check the name, the tag or the digest"),
        HttpStatusCode.TooManyRequests => (ErrorKind.Unavailable, "; the registry limits the rate of pulls: wait, or log in"),
        _ when IsWorthRetrying(status) => (ErrorKind.Unavailable, "; try again later"),
        _ => (ErrorKind.FailedPrecondition, ""),
    };

    private static async Task<string> WordsAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[]? body;
        try
        {
            body = await LimitedBody.ReadAsync(response.Content, BodyLimitBytes, BodyTimeLimit, time, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or TimeoutException)
        {
            // The status alone tells enough.
            return "";
        }

        if (body is null || body.Length == 0)
        {
            return "";
        }

        var text = JsonWords(body) ?? (response.Content.Headers.ContentType?.MediaType == "text/plain" ? Encoding.UTF8.GetString(body) : "");
        var words = PrintableWords.Of(SentSecrets.LeaveOut(text, response.RequestMessage));
        return words.Length == 0 ? "" : $" ({words})";
    }

    /// <returns>What a registry or a token service says in JSON; null where it is none.</returns>
    private static string? JsonWords(byte[] body)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(body, RegistryJsonContext.Default.ErrorResponseJson);
            var errors = (answer?.Errors ?? []).OfType<ErrorJson>().Take(ErrorsQuoted).Select(error => $"{error.Code}: {error.Message}").ToList();
            return errors.Count > 0
                ? string.Join("; ", errors)
                : string.Join(": ", Texts(answer?.Error, answer?.Description, answer?.Details, answer?.Message));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Texts(params JsonElement?[] said) =>
        said.Select(element => element is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "").Where(text => text.Length > 0);

    private static string Deepest(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message;
    }
}
