using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Compression;

namespace CriSharp.Daemon.Checks;

/// <summary>The libraries that decompress layers, which are looked for when a layer needs them.</summary>
internal sealed class LibrariesCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
        Task.FromResult(Judge(DecompressionLibraries.HasZstd, DecompressionLibraries.HasIsal));

    internal static IReadOnlyList<CheckFinding> Judge(bool hasZstd, bool hasIsal) =>
    [
        hasZstd
            ? CheckFinding.Ok("libzstd", "is there")
            : CheckFinding.Warning("libzstd", "is not installed, so images with layers compressed by zstd can't be pulled: install libzstd (Debian: libzstd1)"),
        hasIsal
            ? CheckFinding.Ok("libisal", "is there: gzip is decompressed by it")
            : CheckFinding.Ok("libisal", "is not installed; with it (Debian: libisal2) pulls of gzip layers take about a quarter less of the processor"),
    ];
}
