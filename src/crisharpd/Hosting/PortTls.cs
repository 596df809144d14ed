using System.Net.Security;
using CriSharp.Daemon.Configuration;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>Has a TCP port speak TLS.</summary>
internal static class PortTls
{
    /// <param name="flags">What names the files.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">InvalidArgument: they are no certificate and its key. Told at the start, not to the first client.</exception>
    public static void Use(this ListenOptions listen, TlsFiles files, string flags)
    {
        var certificate = new CertificateFile(files, flags, listen.ApplicationServices.GetRequiredService<ILogger<CertificateFile>>());
        _ = certificate.Current;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current }),
        });
    }
}
