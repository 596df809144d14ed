using CriSharp.OciRuntime.Bundles;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>The process document of an exec, there until the command runs.</summary>
internal sealed class ProcessDocument : IDisposable
{
    /// <exception cref="RuntimeException">Internal: it can't be written.</exception>
    public ProcessDocument(Bundle bundle, string execId, ReadOnlyMemory<byte> process)
    {
        Path = bundle.ProcessPath(execId);
        try
        {
            OwnerOnlyFile.Write(Path, process.Span);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(ErrorKind.Internal, $"exec {execId}: its process document can't be written: {failure.Message}", failure);
        }
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
