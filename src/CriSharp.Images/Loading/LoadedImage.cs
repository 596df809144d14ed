namespace CriSharp.Images.Loading;

/// <summary>An image that has come by an archive.</summary>
/// <param name="Names">By tag, in full; empty: it is known by its id alone.</param>
public sealed record LoadedImage(string Id, IReadOnlyList<string> Names);
