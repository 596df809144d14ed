using System.IO.Pipelines;
using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Archives;

/// <summary>A tar of files that is made while it is sent: the same files give the same bytes.</summary>
public sealed class ArchiveWriter
{
    private const int PipeBytes = 1 << 20;

    private readonly Stream _output;
    private readonly TarWriter _tar;

    private ArchiveWriter(Stream output) => (_output, _tar) = (output, new TarWriter(output));

    /// <summary>Makes an archive on a thread of its own, no faster than it is taken.</summary>
    /// <param name="destination">Not owned. What fails leaves it without an archive's end.</param>
    /// <param name="write">Its token fires with the caller's, and when nobody takes what is written.</param>
    public static async Task RunAsync(Stream destination, Action<ArchiveWriter, CancellationToken> write, CancellationToken cancellationToken)
    {
        // Fires when the caller's does, or when the destination takes no more.
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2, useSynchronizationContext: false, minimumSegmentSize: 128 * 1024));
        var sending = SendAsync(pipe.Reader, destination, abort);
        try
        {
            await OwnThread.RunAsync("archive output", () => Write(pipe.Writer, write, abort.Token));
        }
        catch (Exception failure)
        {
            await pipe.Writer.CompleteAsync(failure);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is OperationCanceledException)
            {
                // The destination took no more, and that ended the writing.
                await sending;
            }

            throw;
        }

        await pipe.Writer.CompleteAsync();
        await sending;
    }

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        Begin(name, content.Length);
        _tar.WriteData(content);
    }

    /// <param name="write">Has to write so many bytes.</param>
    public void Add(string name, long sizeBytes, Action<Stream> write)
    {
        Begin(name, sizeBytes);
        using var counted = new ArchiveEntryStream(_tar, sizeBytes);
        write(counted);
        counted.RequireEnd();
    }

    private static void Write(PipeWriter pipe, Action<ArchiveWriter, CancellationToken> write, CancellationToken cancellationToken)
    {
        var buffered = new BufferedStream(pipe.AsStream(leaveOpen: true), 128 * 1024);
        var archive = new ArchiveWriter(buffered);
        write(archive, cancellationToken);
        archive._tar.WriteEnd();
        archive._output.Flush();
    }

    private static async Task SendAsync(PipeReader reader, Stream destination, CancellationTokenSource abort)
    {
        try
        {
            await reader.CopyToAsync(destination, abort.Token);
            await reader.CompleteAsync();
        }
        catch (Exception failure)
        {
            await reader.CompleteAsync(failure);
            await abort.CancelAsync();
            throw;
        }
    }

    private void Begin(string name, long sizeBytes) => _tar.WriteEntry(TarEntry.PlainFile(Encoding.UTF8.GetBytes(name), Permissions.PublicFile, sizeBytes));
}
