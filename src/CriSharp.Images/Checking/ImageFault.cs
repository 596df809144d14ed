namespace CriSharp.Images.Checking;

/// <summary>One thing of an image store that is not as it should be.</summary>
/// <param name="Subject">Its digest, or its path where it has none.</param>
/// <param name="Words">What is wrong, for people.</param>
public sealed record ImageFault(ImageFaultKind Kind, string Subject, string Words)
{
    /// <summary>Something is lost by it: an image has to be pulled again. Else it only takes room.</summary>
    public bool IsDamage => Kind is ImageFaultKind.Image or ImageFaultKind.Record or ImageFaultKind.Layer or ImageFaultKind.Document;
}

public enum ImageFaultKind
{
    /// <summary>An image that lacks something, or whose parts don't belong together.</summary>
    Image,

    /// <summary>A record that can't be read.</summary>
    Record,

    /// <summary>A damaged layer.</summary>
    Layer,

    /// <summary>A damaged manifest or config.</summary>
    Document,

    /// <summary>A layer that no image and no container uses.</summary>
    UnusedLayer,

    /// <summary>A document that no image has.</summary>
    UnusedDocument,

    /// <summary>What was being made when the daemon or the machine died.</summary>
    HalfMade,
}
