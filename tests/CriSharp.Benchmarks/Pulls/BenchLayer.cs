using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace CriSharp.Benchmarks.Pulls;

/// <summary>One layer made of files of this machine, packed by tar and compressed by a program: a blob in an OCI layout.</summary>
internal sealed record BenchLayer(string MediaType, string Digest, long BlobBytes, string DiffId, long TarBytes)
{
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <param name="compressor">A program and its arguments, "gzip -6"; from standard input to standard output.</param>
    public static async Task<BenchLayer> PackAsync(string layout, IReadOnlyList<string> files, string compressor, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("crisharp-bench-").FullName;
        try
        {
            var list = Path.Combine(work, "files");
            var tar = Path.Combine(work, "layer.tar");
            var blob = Path.Combine(work, "blob");
            await File.WriteAllBytesAsync(list, [.. files.SelectMany(file => Encoding.UTF8.GetBytes(file.TrimStart('/')).Append((byte)0))], cancellationToken);
            await ShellAsync($"tar --format=pax -C / --no-recursion --null -T '{list}' -cf '{tar}' && {compressor} < '{tar}' > '{blob}'", cancellationToken);
            var digest = await DigestOfAsync(blob, cancellationToken);
            var layer = new BenchLayer(
                $"{LayerType}+{compressor.Split(' ')[0]}", $"sha256:{digest}", new FileInfo(blob).Length, $"sha256:{await DigestOfAsync(tar, cancellationToken)}", new FileInfo(tar).Length);
            File.Move(blob, Path.Combine(layout, "blobs", "sha256", digest), overwrite: true);
            return layer;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    internal static async Task ShellAsync(string script, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]))!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script} ended with {process.ExitCode}");
        }
    }

    private static async Task<string> DigestOfAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
