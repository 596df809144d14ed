using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>The certificate of a port: read again when a file has changed. One that can't be read leaves the old one in force.</summary>
/// <param name="flags">What names the files.</param>
internal sealed partial class CertificateFile(TlsFiles files, string flags, ILogger<CertificateFile> log)
{
    private readonly Lock _one = new();
    private X509Certificate2? _certificate;
    private (DateTime, DateTime) _read;

    /// <summary>Asked at the start and at each handshake.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: none could be read yet.</exception>
    public X509Certificate2 Current
    {
        get
        {
            lock (_one)
            {
                var found = (File.GetLastWriteTimeUtc(files.CertificatePath), File.GetLastWriteTimeUtc(files.KeyPath));
                if (_certificate is null || found != _read)
                {
                    Read(found);
                }

                return _certificate!;
            }
        }
    }

    private void Read((DateTime, DateTime) found)
    {
        try
        {
            _certificate = X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
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
