namespace CriSharp.Primitives;

/// <summary>
/// The one exception that crosses the borders of rooms. Its message says what failed, on which id, why, and what to do;
/// it is shown to people as it is.
/// </summary>
public sealed class RuntimeException : Exception
{
    public RuntimeException(ErrorKind kind, string message)
        : base(message) => Kind = kind;

    public RuntimeException(ErrorKind kind, string message, Exception? innerException)
        : base(message, innerException) => Kind = kind;

    public ErrorKind Kind { get; }
}
