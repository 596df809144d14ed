using System.IO.Compression;
using System.Security.Cryptography;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Storage.Tests;

/// <summary>A throw-away root with its stores; what was mounted in it is unmounted at the end.</summary>
public sealed class StoreFixture : IDisposable
{
    public StoreFixture(LayerLimits? limits = null, string? root = null)
    {
        Root = root ?? Directory.CreateTempSubdirectory("crisharp-storage-").FullName;
        Layers = LayerStore.Open(Root, limits);
        Snapshots = SnapshotStore.Open(Root, Layers);
    }

    public string Root { get; }

    public LayerStore Layers { get; private set; }

    public SnapshotStore Snapshots { get; private set; }

    public static Digest DigestOf(byte[] bytes) => Digest.FromHash(SHA256.HashData(bytes));

    public static byte[] Gzip(byte[] bytes)
    {
        var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    public static LayerSource SourceOf(byte[] tar, bool gzip = true, DiffId[]? lowers = null)
    {
        var blob = gzip ? Gzip(tar) : tar;
        return SourceOf(blob, tar, lowers);
    }

    public static LayerSource SourceOf(byte[] blob, byte[] tar, DiffId[]? lowers = null) => new()
    {
        Content = new MemoryStream(blob),
        Blob = new Descriptor { MediaType = "application/vnd.oci.image.layer.v1.tar+gzip", Digest = DigestOf(blob), SizeBytes = blob.Length },
        DiffId = new DiffId(DigestOf(tar)),
        LowersAsync = lowers is null ? null : _ => Task.FromResult<IReadOnlyList<DiffId>>(lowers),
    };

    public async Task<LayerRecord> UnpackAsync(byte[] tar)
    {
        var record = await Layers.UnpackAsync(SourceOf(tar), null, CancellationToken.None);
        Assert.Equal(TreeChecksum.Of(Layers.TreePath(record.DiffId)), record.TreeChecksum);
        return record;
    }

    internal async Task<UnpackedTree> UnpackTreeAsync(TarBuilder tar)
    {
        var record = await UnpackAsync(tar.Build());
        return new UnpackedTree(record, Layers.TreePath(record.DiffId));
    }

    internal async Task<UnpackedTree> UnpackTreeAsync(TarBuilder tar, params DiffId[] lowers)
    {
        var record = await Layers.UnpackAsync(SourceOf(tar.Build(), lowers: lowers), null, CancellationToken.None);
        return new UnpackedTree(record, Layers.TreePath(record.DiffId));
    }

    /// <summary>Opens the stores again, as after a restart.</summary>
    /// <param name="bootId">Null: nobody knows which run of the machine this is.</param>
    public void Reopen(string? bootId = null, LayerLimits? limits = null)
    {
        Layers = LayerStore.Open(Root, limits, bootId: bootId);
        Snapshots = SnapshotStore.Open(Root, Layers);
    }

    /// <summary>Mounts a snapshot of these layers (bottom first) and tells where.</summary>
    public string Mount(params DiffId[] layers)
    {
        var id = Guid.NewGuid().ToString("N");
        var snapshot = Snapshots.Prepare(id, layers);
        var target = Directory.CreateDirectory(Path.Combine(Root, "mounts", id)).FullName;
        Snapshots.Mount(snapshot, target);
        return target;
    }

    /// <summary>What a failed unpack must leave: nothing but the empty folders of the store.</summary>
    public void AssertNothingLeft() => Assert.Equal([Path.Combine(Root, "layers", ".staging")], Directory.EnumerateFileSystemEntries(Path.Combine(Root, "layers"), "*", SearchOption.AllDirectories));

    public void Dispose()
    {
        foreach (var entry in MountTable.Read().Where(entry => entry.Target.StartsWith(Root + "/", StringComparison.Ordinal)).Reverse())
        {
            Mounting.Unmount(entry.Target, lazy: true);
        }

        TreeRemoval.Remove(Root);
    }
}

/// <summary>What an unpacked layer looks like on disk.</summary>
internal sealed record UnpackedTree(LayerRecord Record, string Path)
{
    public FileStatus? Stat(string path)
    {
        using var tree = DirectoryTree.Open(Path, PathResolution.Strict);
        return tree.TryStat(path);
    }

    public byte[]? Attribute(string path, string name)
    {
        using var tree = DirectoryTree.Open(Path, PathResolution.Strict);
        return tree.TryGetAttribute(path, name);
    }

    public string Read(string path) => File.ReadAllText(System.IO.Path.Combine(Path, path));
}
