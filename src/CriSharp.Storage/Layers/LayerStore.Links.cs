using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

/// <summary>
/// A layer with hard links into the layers under it holds files of those, which its own digest says nothing of: it is good for images alone that have the same ones under it.
/// </summary>
public sealed partial class LayerStore
{
    /// <summary>Whether a layer, if it is here, is what it would be over these.</summary>
    /// <param name="lowers">Bottom first, each once.</param>
    public bool Fits(DiffId diffId, IEnumerable<DiffId> lowers) => Find(diffId) is not { LinkedOver: { } over } || over == StackDigest(lowers);

    private static Digest StackDigest(IEnumerable<DiffId> lowers) => Digest.Of(Encoding.ASCII.GetBytes(string.Join(' ', lowers)));

    private static async Task<IReadOnlyList<DiffId>> LowersAsync(LayerSource source, CancellationToken cancellationToken) =>
        source.LowersAsync is { } lowersAsync ? await lowersAsync(cancellationToken) : [];

    /// <summary>The layer that is here, for an image that wants it.</summary>
    private static async Task<LayerRecord> ReuseAsync(LayerRecord present, LayerSource source, CancellationToken cancellationToken) =>
        present.LinkedOver is null ? present : Reuse(present, StackDigest(await LowersAsync(source, cancellationToken)));

    /// <exception cref="RuntimeException">FailedPrecondition: it is here with files of other layers than the image has. Of layers that an earlier release unpacked that isn't known.</exception>
    private static LayerRecord Reuse(LayerRecord present, Digest? linkedOver) => present.LinkedOver is null || present.LinkedOver == linkedOver
        ? present
        : throw new RuntimeException(
            ErrorKind.FailedPrecondition,
            $"layer {present.DiffId} has hard links into the layers under it, and is here with the files of other ones than this image has: remove the image that it came with, and its containers, then pull again");
}
