using CriSharp.Linux.Files;

namespace CriSharp.Ctl.Running;

/// <summary>A file that is there when it is whole, and not before: what stood there stays until then. A pipe or a device is written as it is.</summary>
internal sealed class NewFile : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly string? _path;

    private NewFile(Stream content, string? temporary, string? path) => (Content, _temporary, _path) = (content, temporary, path);

    public Stream Content { get; }

    /// <exception cref="IOException">It can't be made there; also as UnauthorizedAccessException.</exception>
    public static NewFile Create(string path)
    {
        var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw new IOException($"{path} is a folder");
        }

        if (File.Exists(target) && !IsRegular(target))
        {
            return new NewFile(Open(target, FileMode.Open), null, null);
        }

        var temporary = $"{target}.{Guid.NewGuid():N}.partial";
        return new NewFile(Open(temporary, FileMode.CreateNew), temporary, target);
    }

    /// <param name="stream">Of somebody else's, and left open.</param>
    public static NewFile Over(Stream stream) => new(stream, null, null);

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Content.FlushAsync(cancellationToken);
        if (_temporary is not null)
        {
            await Content.DisposeAsync();
            File.Move(_temporary, _path!, overwrite: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Content is FileStream)
        {
            await Content.DisposeAsync();
        }

        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }

    private static bool IsRegular(string path)
    {
        using var place = HostPath.Open(path, OpenFlags.PathOnly);
        return FileDescriptor.Stat(place).Kind == FileKind.Regular;
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
