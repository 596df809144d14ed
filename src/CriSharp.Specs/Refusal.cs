using CriSharp.Primitives;

namespace CriSharp.Specs;

/// <summary>The kinds of error that this room has: what was asked is wrong, can't be had on this host, or isn't built yet.</summary>
internal static class Refusal
{
    public static RuntimeException Invalid(string message) => new(ErrorKind.InvalidArgument, message);

    public static RuntimeException Unmet(string message) => new(ErrorKind.FailedPrecondition, message);

    public static RuntimeException Unbuilt(string message) => new(ErrorKind.Unimplemented, message);

    public static string Quote(string text) => QuotedText.Of(text);
}
