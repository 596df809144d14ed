using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using CriSharp.Registry;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// The certificate of a port, with those that the file has up to its CA: clients may know the last one only. Read again when a file has changed;
/// one that can't be read leaves the old one in force.
/// </summary>
/// <param name="flags">What names the files.</param>
internal sealed partial class CertificateFile(TlsFiles files, string flags, ILogger<CertificateFile> log)
{
    private readonly Lock _one = new();
    private SslStreamCertificateContext? _certificate;
    private string _read = "";

    /// <summary>Asked at the start and at each handshake.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: none could be read yet.</exception>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_one)
            {
                // A mounted Secret is renewed by what its links lead to, and they stay as they are.
                var found = FileStamps.Of([files.CertificatePath, files.KeyPath]);
                if (_certificate is null || found != _read)
                {
                    Read(found);
                }

                return _certificate!;
            }
        }
    }

    private void Read(string found)
    {
        try
        {
            var above = new X509Certificate2Collection();
            above.ImportFromPemFile(files.CertificatePath);
            var certificate = X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
            _certificate = SslStreamCertificateContext.Create(certificate, above, offline: true);
        }
        catch (Exception broken) when (broken is CryptographicException or IOException or UnauthorizedAccessException)
        {
            if (_certificate is null)
            {
                throw new RuntimeException(
                    ErrorKind.InvalidArgument,
                    $"{flags}: {files.CertificatePath} and {files.KeyPath} are no certificate and its key: {broken.Message}",
                    broken);
            }

            LogBroken(files.CertificatePath, files.KeyPath, broken.Message);
        }

        _read = found;
    }

    [LoggerMessage(1611, LogLevel.Error, "{Certificate} and {Key} are no certificate and its key, the old ones stay: {Reason}")]
    private partial void LogBroken(string certificate, string key, string reason);
}
