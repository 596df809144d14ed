using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace CriSharp.TestSupport.Registries;

/// <summary>One layer of a test image: a tar and its blob, gzip or plain.</summary>
public sealed class TestLayer
{
    private TestLayer(byte[] tar, bool gzip)
    {
        DiffId = TestImage.DigestOf(tar);
        Blob = gzip ? Gzip(tar) : tar;
        IsGzip = gzip;
        TarBytes = tar.Length;
    }

    public string DiffId { get; }

    public byte[] Blob { get; }

    public bool IsGzip { get; }

    public int TarBytes { get; }

    public string Digest => TestImage.DigestOf(Blob);

    public static TestLayer FromTar(byte[] tar, bool gzip = true) => new(tar, gzip);

    /// <summary>A layer of regular files (0644, root) and the folders above them.</summary>
    public static TestLayer OfFiles(bool gzip, params (string Path, string Text)[] files) => Write(gzip, tar =>
    {
        foreach (var (path, text) in files)
        {
            tar.WriteEntry(FileEntry(path, Encoding.UTF8.GetBytes(text), Convert.ToInt32("644", 8)));
        }
    });

    /// <summary>A layer with one file of that many bytes that hardly compress.</summary>
    public static TestLayer OfRandomBytes(string path, int bytes, int seed, bool gzip = true)
    {
        var content = new byte[bytes];
#pragma warning disable CA5394 // Reproducible, not secret.
        new Random(seed).NextBytes(content);
#pragma warning restore CA5394
        return Write(gzip, tar => tar.WriteEntry(FileEntry(path, content, Convert.ToInt32("644", 8))));
    }

    public static TestLayer Write(bool gzip, Action<TarWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(tar);
        }

        return new TestLayer(bytes.ToArray(), gzip);
    }

    public static PaxTarEntry FileEntry(string path, byte[] content, int mode) => new(TarEntryType.RegularFile, path)
    {
        DataStream = new MemoryStream(content),
        Mode = (UnixFileMode)mode,
        ModificationTime = DateTimeOffset.UnixEpoch,
    };

    public static PaxTarEntry FolderEntry(string path, int mode) => new(TarEntryType.Directory, path)
    {
        Mode = (UnixFileMode)mode,
        ModificationTime = DateTimeOffset.UnixEpoch,
    };

    public static PaxTarEntry LinkEntry(string path, string target) => new(TarEntryType.SymbolicLink, path)
    {
        LinkName = target,
        Mode = (UnixFileMode)Convert.ToInt32("777", 8),
        ModificationTime = DateTimeOffset.UnixEpoch,
    };

    public string MediaType(bool docker) => (docker, IsGzip) switch
    {
        (true, true) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        (true, false) => "application/vnd.docker.image.rootfs.diff.tar",
        (false, true) => "application/vnd.oci.image.layer.v1.tar+gzip",
        (false, false) => "application/vnd.oci.image.layer.v1.tar",
    };

    private static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}
