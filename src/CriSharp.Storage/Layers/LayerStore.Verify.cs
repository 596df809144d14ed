using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Storage.Content;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    /// <summary>The quick look, for every layer at each start: what it has is there and of the right kind. Reads no file.</summary>
    /// <returns>Null, or what is wrong with it, in words that go behind "layer sha256:...".</returns>
    public string? Verify(DiffId diffId)
    {
        if (Find(diffId) is not { } record)
        {
            return "is not there";
        }

        try
        {
            using var tree = HostPath.TryOpen(TreePath(diffId), OpenFlags.PathOnly | OpenFlags.NoFollow);
            if (tree is null || FileDescriptor.Stat(tree).Kind != FileKind.Directory)
            {
                return "has no folder of files";
            }

            return record.FileName is { } name ? VerifyFile(record, name) : null;
        }
        catch (IOException failure)
        {
            return $"can't be read: {failure.Message}";
        }
    }

    /// <summary>The thorough look, for checks: as <see cref="Verify"/>, and what is in the files. A file of an artifact is compared with its digest, the files of a tar with their checksum.</summary>
    /// <inheritdoc cref="Verify"/>
    public string? VerifyContent(DiffId diffId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Verify(diffId) is { } reason)
        {
            return reason;
        }

        return Find(diffId) switch
        {
            { FileName: { } name } record => VerifyBytes(record, name),
            { TreeChecksum: { } checksum } => VerifyTree(diffId, checksum, cancellationToken),
            _ => null,
        };
    }

    private string? VerifyTree(DiffId diffId, ulong checksum, CancellationToken cancellationToken)
    {
        try
        {
            var actual = TreeChecksum.Of(TreePath(diffId), cancellationToken: cancellationToken);
            return actual == checksum ? null : $"is damaged: its files are not what was unpacked (checksum {actual:x16}, not {checksum:x16})";
        }
        catch (IOException failure)
        {
            return $"can't be read: {failure.Message}";
        }
    }

    private string? VerifyFile(LayerRecord record, string name)
    {
        using var tree = DirectoryTree.Open(TreePath(record.DiffId), PathResolution.Strict);
        return tree.TryStat(name) is { Kind: FileKind.Regular } file && file.SizeBytes == record.SizeBytes
            ? null
            : $"has no file \"{name}\" of {record.SizeBytes} bytes";
    }

    private string? VerifyBytes(LayerRecord record, string name)
    {
        try
        {
            using var tree = DirectoryTree.Open(TreePath(record.DiffId), PathResolution.Strict);
            using var file = tree.OpenFile(name, OpenFlags.ReadOnly | OpenFlags.NoFollow);
            var actual = FileDigest.Of(file, record.BlobDigest);
            return actual == record.BlobDigest ? null : $"is damaged: the bytes of \"{name}\" have the digest {actual}, not {record.BlobDigest}";
        }
        catch (IOException failure)
        {
            return $"can't be read: {failure.Message}";
        }
    }
}
