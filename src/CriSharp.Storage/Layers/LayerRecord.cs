using System.Text.Json.Serialization;
using System.Globalization;
using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

/// <summary>What is known of an unpacked layer.</summary>
public sealed record LayerRecord
{
    public required DiffId DiffId { get; init; }

    /// <summary>The blob that the layer was unpacked from; another compression of the same tar has another digest.</summary>
    public required Digest BlobDigest { get; init; }

    /// <summary>Size of that blob.</summary>
    public required long BlobSizeBytes { get; init; }

    /// <summary>Bytes of the layer's files and their attributes, each hard-linked file once; of files with holes, what their blocks take.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Files, folders, links and nodes, each hard-linked file once.</summary>
    public required long Inodes { get; init; }

    /// <summary>The layer hides all that lies under it (an opaque whiteout at its root).</summary>
    public bool HidesLowers { get; init; }

    /// <summary>
    /// Folders that the tar did not describe but that its entries needed, "" being the root. They stand in the layer as 0755 root:root;
    /// a snapshot gives them the looks that a lower layer says.
    /// </summary>
    public IReadOnlyList<string> ImpliedFolders { get; init; } = [];

    /// <summary>Null: the blob was a tar. Else it was a file, which is all that the layer has, at this path.</summary>
    public string? FileName { get; init; }

    /// <summary>
    /// Of a layer with hard links into the layers under it, which holds copies of their files: which ones those were (SHA-256 of their DiffIds, bottom first, a space between).
    /// Null: it has none, or an earlier release unpacked it.
    /// </summary>
    public Digest? LinkedOver { get; init; }

    /// <summary>Of the tree as it was unpacked, <see cref="Linux.Files.TreeChecksum"/>; null: a release that kept none unpacked it, or the layer is a file.</summary>
    public ulong? TreeChecksum { get; init; }
}

/// <summary>The record as it lies on disk.</summary>
internal sealed record LayerDocument
{
    public const int CurrentVersion = 2;

    public required int Version { get; init; }

    public required string DiffId { get; init; }

    public required string BlobDigest { get; init; }

    public required long BlobSizeBytes { get; init; }

    public required long SizeBytes { get; init; }

    public required long Inodes { get; init; }

    public bool HidesLowers { get; init; }

    public IReadOnlyList<string> ImpliedFolders { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FileName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LinkedOver { get; init; }

    /// <summary>In hexadecimal.</summary>
    public string? TreeChecksum { get; init; }

    /// <summary>Of a layer that is not known to be on disk: in which run of the machine it was unpacked.</summary>
    public string? BootId { get; init; }

    public static LayerDocument From(LayerRecord record) => new()
    {
        Version = CurrentVersion,
        DiffId = record.DiffId.ToString(),
        BlobDigest = record.BlobDigest.ToString(),
        BlobSizeBytes = record.BlobSizeBytes,
        SizeBytes = record.SizeBytes,
        Inodes = record.Inodes,
        HidesLowers = record.HidesLowers,
        ImpliedFolders = record.ImpliedFolders,
        FileName = record.FileName,
        LinkedOver = record.LinkedOver?.ToString(),
        TreeChecksum = record.TreeChecksum?.ToString("x16", CultureInfo.InvariantCulture),
    };

    /// <exception cref="FormatException">A digest is not one.</exception>
    public LayerRecord ToRecord() => new()
    {
        DiffId = new DiffId(Digest.Parse(DiffId)),
        BlobDigest = Digest.Parse(BlobDigest),
        BlobSizeBytes = BlobSizeBytes,
        SizeBytes = SizeBytes,
        Inodes = Inodes,
        HidesLowers = HidesLowers,
        ImpliedFolders = ImpliedFolders,
        FileName = FileName,
        LinkedOver = LinkedOver is null ? null : Digest.Parse(LinkedOver),
        TreeChecksum = TreeChecksum is null ? null : ulong.Parse(TreeChecksum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
    };
}
