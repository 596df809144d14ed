namespace CriSharp.Registry.Transport;

/// <summary>What lies in the folders of certs.d, for who looks whether it can be used.</summary>
public static class RegistryCertificates
{
    /// <returns>"HOST" or "HOST:PORT" of each folder.</returns>
    public static IReadOnlyList<string> HostsOf(IReadOnlyList<string> folders) =>
    [
        .. folders.Where(Directory.Exists).SelectMany(Directory.GetDirectories).Select(folder => Path.GetFileName(folder)).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <exception cref="CriSharp.Primitives.RuntimeException">FailedPrecondition: a file that can't be used, named.</exception>
    public static string Describe(IReadOnlyList<string> folders, string host)
    {
        var certificates = HostCertificates.Load(folders, host);
        return $"{certificates.Authorities.Count} of CAs, {certificates.Clients.Count} of our own";
    }
}
