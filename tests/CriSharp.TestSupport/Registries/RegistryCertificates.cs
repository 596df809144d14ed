using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Registries;

/// <summary>A CA and a server certificate for 127.0.0.1 and localhost, made by openssl.</summary>
internal static class RegistryCertificates
{
    private const string OpenSsl = "/usr/bin/openssl";

    /// <summary>Leaves server.crt, server.key and certs.d/HOST/ca.crt in the folder.</summary>
    /// <param name="forClients">The registry asks for a certificate of the same CA: client.cert and client.key, beside ca.crt.</param>
    /// <returns>The lines of the registry's http section that use them.</returns>
    public static async Task<string> MakeAsync(string folder, string host, bool forClients)
    {
        await OpenSslAsync(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=CriSharp test CA", "-keyout", "ca.key", "-out", "ca.crt");
        await OpenSslAsync(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=registry", "-keyout", "server.key", "-out", "server.csr");
        await File.WriteAllTextAsync(Path.Combine(folder, "extensions"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n");
        await OpenSslAsync(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "extensions", "-out", "server.crt");
        var trusted = Directory.CreateDirectory(Path.Combine(folder, "certs.d", host)).FullName;
        File.Copy(Path.Combine(folder, "ca.crt"), Path.Combine(trusted, "ca.crt"));
        var lines = $"  tls:\n    certificate: {folder}/server.crt\n    key: {folder}/server.key\n";
        if (!forClients)
        {
            return lines;
        }

        await OpenSslAsync(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=node", "-keyout", Path.Combine(trusted, "client.key"), "-out", "client.csr");
        await OpenSslAsync(folder, "x509", "-req", "-in", "client.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", Path.Combine(trusted, "client.cert"));
        return $"{lines}    clientcas:\n      - {folder}/ca.crt\n";
    }

    private static async Task OpenSslAsync(string folder, params string[] arguments)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = OpenSsl,
                Arguments = arguments,
                Environment = [$"HOME={folder}", $"RANDFILE={folder}/.rnd"],
                WorkingDirectory = folder,
                TimeLimit = TimeSpan.FromSeconds(30),
            },
            CancellationToken.None);
        if (output.Exit.ShellCode != 0)
        {
            throw new InvalidOperationException($"openssl {arguments[0]} failed: {output.StandardErrorText}");
        }
    }
}
