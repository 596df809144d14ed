namespace CriSharp.Daemon.Endpoints;

/// <summary>One path of the admin socket.</summary>
/// <param name="AnswerAsync">Makes the answer; the token fires when whoever asked has gone.</param>
internal sealed record AdminPage(string Path, string ContentType, Func<CancellationToken, Task<byte[]>> AnswerAsync)
{
    /// <summary>The one method that it answers: GET, or POST where it changes something.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>A page that is a JSON document in UTF-8.</summary>
    public static AdminPage Json(string path, Func<CancellationToken, Task<byte[]>> answerAsync) => new(path, "application/json", answerAsync);

    public static AdminPage Json(string path, Func<byte[]> answer) => Json(path, _ => Task.FromResult(answer()));
}
