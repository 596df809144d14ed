using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// What certs.d says of one host: CAs to trust besides the system's, and client certificates to show.
/// https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
/// </summary>
internal sealed class HostCertificates
{
    private const int FileLimitBytes = 1 << 20;

    public X509Certificate2Collection Authorities { get; } = [];

    public X509Certificate2Collection Clients { get; } = [];

    /// <summary>What stands behind the client certificates in their files: who issued them, up to a CA that the registry knows. Shown with a single one only.</summary>
    public X509Certificate2Collection ClientIssuers { get; } = [];

    /// <summary>Changes whenever a file of the host comes, goes or is written.</summary>
    public static string Fingerprint(IReadOnlyList<string> folders, string host) => FileStamps.Of(Files(folders, host).Select(file => file.FullName));

    /// <exception cref="RuntimeException">FailedPrecondition: a file that can't be used, named.</exception>
    public static HostCertificates Load(IReadOnlyList<string> folders, string host)
    {
        var certificates = new HostCertificates();
        var files = Files(folders, host);
        foreach (var file in files)
        {
            try
            {
                switch (file.Extension)
                {
                    case ".crt":
                        certificates.Authorities.ImportFromPem(ReadText(file));
                        break;
                    case ".cert":
                        certificates.AddClient(ReadText(file), ReadText(Partner(files, file, ".key")));
                        break;
                    case ".key":
                        Partner(files, file, ".cert");
                        break;
                }
            }
            catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"{file.FullName} can't be used for registry {host}: {unusable.Message}", unusable);
            }
        }

        return certificates;
    }

    // The first folder that knows the host wins, docker.io by the name that images have; names are sorted so that the order never depends on the disk.
    private static List<FileInfo> Files(IReadOnlyList<string> folders, string host)
    {
        var names = host == EndpointOrder.DockerHubHost ? (string[])[ImageReference.DefaultDomain, host] : [host];
        var folder = folders.SelectMany(root => names.Select(name => new DirectoryInfo(Path.Combine(root, name)))).FirstOrDefault(candidate => candidate.Exists);
        return folder is null
            ? []
            : [.. folder.EnumerateFiles().Where(file => file.Extension is ".crt" or ".cert" or ".key").OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static FileInfo Partner(List<FileInfo> files, FileInfo file, string extension)
    {
        var name = Path.ChangeExtension(file.Name, extension);
        return files.Find(candidate => candidate.Name == name)
            ?? throw new RuntimeException(ErrorKind.FailedPrecondition, $"{file.FullName} has no {name} beside it: a client certificate needs both");
    }

    private void AddClient(string certificates, string key)
    {
        Clients.Add(X509Certificate2.CreateFromPem(certificates, key));
        var all = new X509Certificate2Collection();
        all.ImportFromPem(certificates);
        all.RemoveAt(0);
        ClientIssuers.AddRange(all);
    }

    private static string ReadText(FileInfo file) => file.Length <= FileLimitBytes
        ? File.ReadAllText(file.FullName)
        : throw new IOException($"it has {file.Length} bytes, and {FileLimitBytes} is the limit");
}
