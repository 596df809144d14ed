using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.TestSupport.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class CertificateFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-certificate-");
    private readonly ServerCertificate _first = ServerCertificate.Create("first");
    private readonly ServerCertificate _second = ServerCertificate.Create("second");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>tls.crt leads to ..data/tls.crt, and ..data to a folder that comes anew with each renewal.</summary>
    [Fact]
    public void Certificate_OfAMountedSecret_IsTheOneThatItsLinksLeadTo()
    {
        Directory.CreateSymbolicLink(PathOf("..data"), Path.GetDirectoryName(_first.File)!);
        var files = new TlsFiles(Link("tls.crt"), Link("tls.key"));
        var certificate = new CertificateFile(files, "--cert", NullLogger<CertificateFile>.Instance);
        Assert.Equal("CN=first", certificate.Current.TargetCertificate.Subject);

        File.SetLastWriteTimeUtc(_second.File, DateTime.UtcNow.AddMinutes(-1));
        Directory.Delete(PathOf("..data"));
        Directory.CreateSymbolicLink(PathOf("..data"), Path.GetDirectoryName(_second.File)!);

        Assert.Equal("CN=second", certificate.Current.TargetCertificate.Subject);
    }

    private string Link(string name)
    {
        File.CreateSymbolicLink(PathOf(name), Path.Combine("..data", name));
        return PathOf(name);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
