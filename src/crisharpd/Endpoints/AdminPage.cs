namespace CriSharp.Daemon.Endpoints;

/// <summary>One path of the admin socket.</summary>
/// <param name="AnswerAsync">Makes the answer; null: it has written it, by <see cref="AdminRequest.BeginAnswer"/>.</param>
internal sealed record AdminPage(string Path, string ContentType, Func<AdminRequest, Task<byte[]?>> AnswerAsync)
{
    private const string ReadMethod = "GET";
    private const string JsonType = "application/json";

    /// <summary>The one method that it answers: GET, or POST where it changes something.</summary>
    public string Method { get; init; } = ReadMethod;

    /// <summary>Also what changes nothing, where it tells more than how the daemon is; what changes something always.</summary>
    public bool IsForRootAlone { get => field || Method != ReadMethod; init; }

    /// <summary>A page that is a JSON document in UTF-8.</summary>
    /// <param name="answerAsync">The token fires when whoever asked has gone.</param>
    public static AdminPage Json(string path, Func<CancellationToken, Task<byte[]>> answerAsync) => JsonFor(path, request => answerAsync(request.Gone));

    public static AdminPage Json(string path, Func<byte[]> answer) => Json(path, _ => Task.FromResult(answer()));

    /// <summary>The same of a page that is asked for something.</summary>
    public static AdminPage JsonFor(string path, Func<AdminRequest, Task<byte[]>> answerAsync) => new(path, JsonType, async request => await answerAsync(request));
}
