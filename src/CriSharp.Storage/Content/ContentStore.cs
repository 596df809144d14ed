using System.Buffers;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Archives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Content;

/// <summary>
/// Small blobs (manifests, configs) by digest: content/sha256/HEX. A blob is there whole, verified and durable, or not at all.
/// </summary>
public sealed class ContentStore
{
    private const int BufferBytes = 64 * 1024;
    private readonly string _folder;
    private readonly string _staging;

    private ContentStore(string root)
    {
        _folder = Path.Combine(Path.GetFullPath(root), "content");
        _staging = Path.Combine(_folder, ".staging");
    }

    /// <param name="root">Folder of the instance; "content" lies in it. What a crash left half written is swept.</param>
    public static ContentStore Open(string root)
    {
        var store = new ContentStore(root);
        HostPath.MakeDirectories(store._folder, Permissions.PrivateFolder);
        Staging.Sweep(store._staging);
        foreach (var folder in new[] { store._staging, Path.Combine(store._folder, Digest.Sha256), Path.Combine(store._folder, Digest.Sha512) })
        {
            HostPath.MakeDirectories(folder, Permissions.PrivateFolder);
        }

        return store;
    }

    /// <summary>For checks: nothing is swept or made.</summary>
    public static ContentStore Inspect(string root) => new(root);

    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>Takes a blob in: size limit and digest are verified, then it is durable and visible. One that is there already is replaced by itself.</summary>
    /// <returns>Its size in bytes.</returns>
    /// <exception cref="RuntimeException">DataLoss: another digest. ResourceExhausted: longer than the limit, or no space.</exception>
    public async Task<long> IngestAsync(Stream content, Digest expected, long sizeLimitBytes, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_staging, Guid.NewGuid().ToString("N"));
        try
        {
            var size = await WriteVerifiedAsync(content, expected, sizeLimitBytes, temporary, cancellationToken);
            HostPath.Rename(temporary, PathOf(expected));
            DirectorySync.Fsync(Path.GetDirectoryName(PathOf(expected))!);
            return size;
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.ENOSPC or Errno.EDQUOT)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"storing blob {expected}: no space is left in {_folder}", failure);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc cref="IngestAsync(Stream, Digest, long, CancellationToken)"/>
    public async Task IngestAsync(ReadOnlyMemory<byte> document, Digest expected, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(document.ToArray(), writable: false);
        await IngestAsync(bytes, expected, document.Length, cancellationToken);
    }

    /// <summary>Takes in an archive, to be read in any order while the answer is held; it is no content of the store.</summary>
    /// <exception cref="RuntimeException">DataLoss: malformed or truncated; ResourceExhausted; Unimplemented; Unavailable: it did not come whole.</exception>
    public Task<TarArchive> ReceiveArchiveAsync(Stream archive, ArchiveLimits limits, CancellationToken cancellationToken) =>
        new ArchiveIntake(_staging, limits).RunAsync(archive, cancellationToken);

    /// <returns>null when it isn't there.</returns>
    /// <exception cref="IOException">Longer than the limit.</exception>
    public byte[]? TryRead(Digest digest, int limitBytes) => HostPath.TryReadFile(PathOf(digest), limitBytes);

    /// <exception cref="RuntimeException">NotFound.</exception>
    public Stream OpenRead(Digest digest)
    {
        var file = HostPath.TryOpen(PathOf(digest), OpenFlags.ReadOnly | OpenFlags.NoFollow)
            ?? throw new RuntimeException(ErrorKind.NotFound, $"blob {digest} is not there");
        return new FileStream(file, FileAccess.Read, BufferBytes);
    }

    /// <summary>Reads a blob and compares it with its digest.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Verify(Digest digest)
    {
        try
        {
            using var file = HostPath.TryOpen(PathOf(digest), OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
            return file is null ? "it is not there" : FileDigest.Of(file, digest) is var actual && actual == digest ? null : $"it is damaged: its bytes have the digest {actual}";
        }
        catch (IOException unreadable)
        {
            return $"it can't be read: {unreadable.Message}";
        }
    }

    /// <summary>Removes a blob; one that isn't there is fine.</summary>
    public void Remove(Digest digest) => DurableFile.Remove(PathOf(digest));

    /// <summary>Those that are being taken in are not among them.</summary>
    public IReadOnlyList<Digest> List() => !Directory.Exists(_folder) ? [] :
    [
        .. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Select(path => $"{Path.GetFileName(Path.GetDirectoryName(path))}:{Path.GetFileName(path)}")
            .Select(text => Digest.TryParse(text, out var digest) ? digest : (Digest?)null)
            .OfType<Digest>(),
    ];

    private static async Task<long> WriteVerifiedAsync(Stream content, Digest expected, long sizeLimitBytes, string temporary, CancellationToken cancellationToken)
    {
        using var hash = BlobIntake.HashFor(expected);
        using var file = HostPath.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var size = 0L;
        try
        {
            for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                size += count;
                if (size > sizeLimitBytes)
                {
                    throw new RuntimeException(ErrorKind.ResourceExhausted, $"blob {expected} is longer than the {sizeLimitBytes} bytes allowed");
                }

                hash.AppendData(buffer, 0, count);
                FileDescriptor.WriteAll(file, buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var actual = Digest.FromHash(hash.GetHashAndReset());
        if (actual != expected)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"blob {expected} has the digest {actual}: it was changed on its way or in the registry");
        }

        FileDescriptor.Sync(file);
        return size;
    }

    private string PathOf(Digest digest) => Path.Combine(_folder, digest.Algorithm, digest.Hex);
}
