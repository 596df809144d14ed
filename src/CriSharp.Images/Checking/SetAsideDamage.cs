using CriSharp.Images.Persistence;
using CriSharp.Oci;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Checking;

/// <summary>
/// Takes what a check has found damaged out of an image store that no daemon has open, so that it is pulled anew: images and layers are kept for people,
/// a document has nothing that its digest would not bring back. What only takes room goes with the next opening.
/// </summary>
/// <param name="root">The image store.</param>
public sealed class SetAsideDamage(string root)
{
    private readonly ImageFolder _images = new(Path.Combine(root, ImageStore.FolderName), new BrokenRecords(root));
    private readonly LayerStore _layers = LayerStore.Inspect(root);
    private readonly ContentStore _content = ContentStore.Inspect(root);

    /// <returns>What was done, in words; null where it is left to the next opening, which sets layers without a record aside, and removes the rest.</returns>
    /// <exception cref="IOException">It could not be moved or removed.</exception>
    public string? Run(ImageFault fault) => fault.Kind switch
    {
        ImageFaultKind.Image => $"set aside as {_images.SetAside(fault.Subject, fault.Words)}",
        ImageFaultKind.Record => $"set aside as {_images.SetAsideFile(fault.Subject, fault.Words)}",
        ImageFaultKind.Layer when Digest.TryParse(fault.Subject, out var layer) => $"set aside as {_layers.MoveAside(new DiffId(layer), fault.Words)}",
        ImageFaultKind.Layer => "set aside",
        ImageFaultKind.Document => Remove(Digest.Parse(fault.Subject)),
        _ => null,
    };

    private string Remove(Digest document)
    {
        _content.Remove(document);
        return "removed";
    }
}
