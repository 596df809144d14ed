using CriSharp.Oci;

namespace CriSharp.Images.Pulling;

/// <summary>How far one layer of a pull is: one moment's picture.</summary>
/// <param name="Blob">What is fetched, with its compressed size.</param>
/// <param name="BytesDone">Compressed bytes that have come, never more than the blob has.</param>
public sealed record LayerProgress(Descriptor Blob, LayerStage Stage, long BytesDone);

public enum LayerStage
{
    /// <summary>No byte has come yet: others are first, or another pull fetches it.</summary>
    Waiting,

    /// <summary>It comes, and is unpacked as it comes.</summary>
    Downloading,

    /// <summary>All has come; what is left is unpacking.</summary>
    Unpacking,

    /// <summary>It was on this machine already, or another pull brought it.</summary>
    Present,

    Done,
}
