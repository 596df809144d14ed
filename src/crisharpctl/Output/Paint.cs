namespace CriSharp.Ctl.Output;

/// <summary>Colours for the words that tell how something is: on a terminal, unless NO_COLOR or TERM=dumb says otherwise. https://no-color.org</summary>
internal sealed class Paint
{
    // ECMA-48: select graphic rendition.
    private const string Green = "\x1b[32m";
    private const string Yellow = "\x1b[33m";
    private const string Red = "\x1b[31m";
    private const string Plain = "\x1b[0m";

    private readonly bool _coloured;

    private Paint(bool coloured) => _coloured = coloured;

    public static Paint None { get; } = new(coloured: false);

    public static Paint For(bool isTerminal, Func<string, string?> environment) =>
        isTerminal && string.IsNullOrEmpty(environment("NO_COLOR")) && environment("TERM") is not (null or "" or "dumb") ? new Paint(coloured: true) : None;

    /// <param name="word">A state; a word that is none stays as it is.</param>
    /// <param name="shown">The word as it is printed, such as with blanks behind it.</param>
    public string State(string word, string shown) => _coloured && ColourOf(word) is { } colour ? colour + shown + Plain : shown;

    public string State(string word) => State(word, word);

    private static string? ColourOf(string word) => word switch
    {
        "Running" or "Ready" or "yes" or "removed" or "started" => Green,
        "Created" or "Exited" or "stopped" => Yellow,
        "NotReady" or "Unknown" or "NO" or "stays" or "deleted" => Red,
        _ => null,
    };
}
