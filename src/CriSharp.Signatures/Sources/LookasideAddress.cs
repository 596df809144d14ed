using System.Globalization;
using CriSharp.Oci;

namespace CriSharp.Signatures.Sources;

/// <summary>
/// Where a lookaside store has the signatures of a manifest: PATH@ALGORITHM=HEX/signature-1 and on, without a hole.
/// https://github.com/containers/image/blob/main/docs/signature-protocols.md
/// </summary>
public static class LookasideAddress
{
    /// <summary>So many of one manifest are read.</summary>
    public const int CountLimit = 128;

    /// <param name="number">From 1 on.</param>
    public static Uri Of(Uri store, ImageReference image, Digest manifest, int number) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{store.AbsoluteUri.TrimEnd('/')}/{image.Path}@{manifest.Algorithm}={manifest.Hex}/signature-{number}"));
}
