using System.Buffers;
using System.Security.Cryptography;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    private const int PackBufferBytes = 256 * 1024;

    /// <summary>What <see cref="Pack"/> would write: to be known before, since archives tell size and digest first. Nothing is kept, and nothing lies on the disk meanwhile.</summary>
    /// <inheritdoc cref="Pack"/>
    public async Task<PackedLayer> MeasureAsync(DiffId diffId, CancellationToken cancellationToken)
    {
        PackedLayer? packed = null;
        await OwnThread.RunAsync("layer measuring", () => packed = Pack(diffId, output: null, cancellationToken));
        return packed!;
    }

    /// <summary>Writes a layer as a blob: a tar of its files, as the image specification has it, or, of an artifact, its file. Blocks as long as the output does.</summary>
    /// <param name="output">Null: nobody wants the bytes.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: it is not there. DataLoss: it is damaged. Internal: it can't be read.</exception>
    public PackedLayer Pack(DiffId diffId, Stream? output, CancellationToken cancellationToken)
    {
        var record = Find(diffId) ?? throw new RuntimeException(ErrorKind.FailedPrecondition, $"layer {diffId} is not there: pull the image again");
        try
        {
            using var tree = DirectoryTree.Open(TreePath(diffId), PathResolution.Strict);
            return record.FileName is { } name ? PackFile(record, name, tree, output, cancellationToken) : PackTree(record, tree, output, cancellationToken);
        }
        catch (InvalidDataException damage)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"packing layer {diffId}: {damage.Message}", damage);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"packing layer {diffId}: {failure.Message}", failure);
        }
    }

    private static PackedLayer PackTree(LayerRecord record, DirectoryTree tree, Stream? output, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var digesting = new DigestingStream(output, hash);
        var buffered = new BufferedStream(digesting, PackBufferBytes);
        var packer = new LayerPacker(record, tree, new TarWriter(buffered), cancellationToken);
        packer.Run();
        buffered.Flush();
        return new PackedLayer(digesting.Finish(), digesting.Position, packer.Skipped);
    }

    private static PackedLayer PackFile(LayerRecord record, string name, DirectoryTree tree, Stream? output, CancellationToken cancellationToken)
    {
        using var file = tree.OpenFile(name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        using var hash = BlobIntake.HashFor(record.BlobDigest);
        using var digesting = new DigestingStream(output, hash);
        var buffer = ArrayPool<byte>.Shared.Rent(PackBufferBytes);
        try
        {
            for (int count; (count = FileDescriptor.Read(file, buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                digesting.Write(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var digest = digesting.Finish();
        return digest == record.BlobDigest
            ? new PackedLayer(digest, digesting.Position, [])
            : throw new InvalidDataException($"the bytes of \"{name}\" have the digest {digest}, not {record.BlobDigest}");
    }
}
