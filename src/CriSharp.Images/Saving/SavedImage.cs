namespace CriSharp.Images.Saving;

/// <summary>An image that goes into an archive.</summary>
/// <param name="Id">Here.</param>
/// <param name="SavedId">What it will be where the archive is loaded: its layers are new tars of the same files, so their digests and that of its config differ as a rule.</param>
/// <param name="Names">By tag, in full; empty: it has none there.</param>
/// <param name="Skipped">What a layer's tar can't hold, in words.</param>
public sealed record SavedImage(string Id, string SavedId, IReadOnlyList<string> Names, IReadOnlyList<string> Skipped);
