using System.IO.Pipelines;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Archives;

/// <summary>
/// Takes in a tar, plain or compressed, in one pass: its bytes go to a file that has no name, its headers into an index.
/// (1) the caller's task reads what comes; (2) a thread decompresses, reads the headers and writes.
/// </summary>
/// <param name="folder">On the disk where it is to lie.</param>
internal sealed class ArchiveIntake(string folder, ArchiveLimits limits)
{
    private const int PipeBytes = 1 << 20;
    private const int ReadBytes = 128 * 1024;

    private readonly Dictionary<string, ArchiveEntry> _entries = new(StringComparer.Ordinal);
    private long _nameBytes;

    /// <exception cref="RuntimeException">DataLoss: malformed or truncated; ResourceExhausted; Unimplemented: a compression that we don't know.</exception>
    public async Task<TarArchive> RunAsync(Stream content, CancellationToken cancellationToken)
    {
        var file = OpenNameless();
        try
        {
            await TakeAsync(content, file, cancellationToken);
            return new TarArchive(file, _entries);
        }
        catch (Exception failure)
        {
            file.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw Translated(failure);
        }
    }

    private async Task TakeAsync(Stream content, SafeFileHandle file, CancellationToken cancellationToken)
    {
        // Fires when the caller's does, or when one of the two stages has failed.
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2, useSynchronizationContext: false, minimumSegmentSize: ReadBytes));
        var feed = Task.Run(() => FeedAsync(content, pipe.Writer, abort.Token), CancellationToken.None);
        try
        {
            var compression = await CompressionDetection.DetectAsync(pipe.Reader, cancellationToken);
            await OwnThread.RunAsync("archive intake", () => Index(compression, pipe.Reader, file, abort.Token));
            await pipe.Reader.CompleteAsync();
        }
        catch
        {
            await pipe.Reader.CompleteAsync();
            await abort.CancelAsync();
            await feed.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        await feed;
    }

    private static async Task FeedAsync(Stream content, PipeWriter pipe, CancellationToken cancellationToken)
    {
        try
        {
            var isWanted = true;
            for (int count; (count = await content.ReadAsync(pipe.GetMemory(ReadBytes), cancellationToken)) > 0;)
            {
                // What follows the end of the archive is read and left.
                if (isWanted)
                {
                    pipe.Advance(count);
                    isWanted = !(await pipe.FlushAsync(cancellationToken)).IsCompleted;
                }
            }

            await pipe.CompleteAsync();
        }
        catch (Exception failure)
        {
            await pipe.CompleteAsync(failure);
            throw;
        }
    }

    private void Index(Compression compression, PipeReader reader, SafeFileHandle file, CancellationToken cancellationToken)
    {
        using var compressed = reader.AsStream(leaveOpen: true);
        using var tar = CompressionDetection.Open(compression, compressed);
        using var source = new SpoolingSource(tar, file, limits, cancellationToken);
        var headers = new TarReader(source, new LayerLimits { Entries = limits.Entries, FileBytes = limits.Bytes, TrailerBytes = limits.Bytes });
        while (headers.ReadEntry() is { } entry)
        {
            Add(entry, headers.Position);
        }

        headers.DrainTrailer();
        if (_entries.Count == 0)
        {
            throw new InvalidDataException("it has no files: it is no tar, or an empty one");
        }
    }

    private void Add(TarEntry entry, long dataOffset)
    {
        var path = EntryPath.Parse(entry.Path);
        if (entry.Kind == TarEntryKind.Directory)
        {
            return;
        }

        _nameBytes += path.Text.Length + entry.LinkTarget.Length;
        if (_nameBytes > limits.NameBytes)
        {
            throw new InvalidDataException($"its names are longer than {limits.NameBytes} bytes together");
        }

        ArchiveEntry place = entry.Kind switch
        {
            TarEntryKind.Regular when entry.Sparse is null => new ArchiveEntry.File(dataOffset, entry.SizeBytes),
            TarEntryKind.Regular => throw new InvalidDataException($"\"{LayerUnpacker.Show(path.Text)}\" is sparse: archives of images have no such files"),
            TarEntryKind.HardLink => new ArchiveEntry.Link(KeyOf(EntryPath.Parse(entry.LinkTarget))),
            TarEntryKind.SymbolicLink when entry.LinkTarget is [(byte)'/', ..] => new ArchiveEntry.Link(KeyOf(EntryPath.Parse(entry.LinkTarget))),
            TarEntryKind.SymbolicLink => new ArchiveEntry.Link(KeyOf(EntryPath.Parse([.. path.Parent, (byte)'/', .. entry.LinkTarget]))),
            _ => throw new InvalidDataException($"\"{LayerUnpacker.Show(path.Text)}\" is a device or a pipe: archives of images have none"),
        };
        if (!_entries.TryAdd(KeyOf(path), place))
        {
            throw new InvalidDataException($"it has \"{LayerUnpacker.Show(path.Text)}\" twice");
        }
    }

    private static string KeyOf(EntryPath path) => EntryPath.Key(path.Text);

    private SafeFileHandle OpenNameless()
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        var file = HostPath.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile);
        File.Delete(path);
        return file;
    }

    private RuntimeException Translated(Exception failure) => failure switch
    {
        RuntimeException known => new RuntimeException(known.Kind, $"taking in the archive: {known.Message}", known),
        LinuxException { ErrorNumber: Errno.ENOSPC or Errno.EDQUOT } => new RuntimeException(
            ErrorKind.ResourceExhausted, $"taking in the archive: no space is left in {folder}: remove images or enlarge the file system", failure),
        LinuxException => new RuntimeException(ErrorKind.Internal, $"taking in the archive: {failure.Message}", failure),
        InvalidDataException => new RuntimeException(ErrorKind.DataLoss, $"the archive is malformed: {failure.Message}", failure),
        NotSupportedException => new RuntimeException(ErrorKind.Unimplemented, $"the archive can't be read: {failure.Message}", failure),
        _ => new RuntimeException(ErrorKind.Unavailable, $"the archive did not come whole: {failure.Message}", failure),
    };
}
