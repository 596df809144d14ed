using CriSharp.Linux.Files;

namespace CriSharp.Ctl.Output;

/// <summary>A file that is there when it is whole, and not before: what stood there stays until then. A pipe or a device is written as it is.</summary>
internal sealed class NewFile : IAsyncDisposable
{
    private readonly FileStream? _own;
    private readonly string? _temporary;
    private readonly string? _path;

    private NewFile(Stream content, FileStream? own, string? temporary = null, string? path = null) => (Content, _own, _temporary, _path) = (content, own, temporary, path);

    public Stream Content { get; }

    /// <exception cref="IOException">It can't be made there; also as UnauthorizedAccessException.</exception>
    public static NewFile Create(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder");
        }

        if (File.Exists(path))
        {
            // Through whatever links lead there, such as those of /dev/fd; nothing in it is changed.
            var there = Open(path, FileMode.Open);
            if (FileDescriptor.Stat(there.SafeFileHandle).Kind != FileKind.Regular)
            {
                return new NewFile(there, there);
            }

            there.Dispose();
        }

        var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        var temporary = $"{target}.{Guid.NewGuid():N}.partial";
        var file = Open(temporary, FileMode.CreateNew);
        return new NewFile(file, file, temporary, target);
    }

    /// <param name="stream">Of somebody else's, and left open.</param>
    public static NewFile Over(Stream stream) => new(stream, own: null);

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Content.FlushAsync(cancellationToken);
        if (_temporary is not null)
        {
            // A name must not be there before what it names.
            _own!.Flush(flushToDisk: true);
            await _own.DisposeAsync();
            File.Move(_temporary, _path!, overwrite: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }

    /// <summary>Images may hold secrets.</summary>
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (mode == FileMode.CreateNew)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
