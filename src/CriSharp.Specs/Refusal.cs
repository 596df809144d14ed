using CriSharp.Primitives;

namespace CriSharp.Specs;

/// <summary>The kinds of error that this room has: what was asked is wrong, can't be had on this host, or isn't built yet.</summary>
internal static class Refusal
{
    private const int ShownCharacters = 200;

    public static RuntimeException Invalid(string message) => new(ErrorKind.InvalidArgument, message);

    public static RuntimeException Unmet(string message) => new(ErrorKind.FailedPrecondition, message);

    public static RuntimeException Unbuilt(string message) => new(ErrorKind.Unimplemented, message);

    /// <summary>Foreign text in an error: quoted, short, on one line.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "...";
        return '"' + string.Concat(shown.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) + '"';
    }
}
