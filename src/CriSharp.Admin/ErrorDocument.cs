using CriSharp.Primitives;

namespace CriSharp.Admin;

/// <summary>Why a request failed; comes with a status of 400 or more.</summary>
public sealed record ErrorDocument
{
    public required ErrorKind Kind { get; init; }

    public required string Message { get; init; }
}
