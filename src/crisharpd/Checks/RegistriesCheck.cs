using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Transport;

namespace CriSharp.Daemon.Checks;

/// <summary>registries.conf, the auth files, certs.d and the proxies of the environment: whether a pull could use them.</summary>
internal sealed class RegistriesCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var credentials = RegistryRooms.CredentialOptionsOf(options);
        List<CheckFinding> findings =
        [
            Look("registries", () => Words(options, RegistriesFile.Read(options.RegistriesConf))),
            Look("registry proxies", () => EnvironmentProxy.Read(Environment.GetEnvironmentVariable) is { } proxy ? $"{proxy}" : "none"),
            .. credentials.Files.Where(File.Exists).Select(file => Look("registry credentials", () => CredentialOptions.Describe(file))),
            .. RegistryCertificates.HostsOf(options.RegistryCertDirectories).Select(host => Look(
                $"certificates of registry {host}", () => RegistryCertificates.Describe(options.RegistryCertDirectories, host))),
        ];
        if (options.GlobalAuthFile is { } global && !File.Exists(global))
        {
            findings.Add(CheckFinding.Warning("registry credentials", $"{Settings.GlobalAuthFile.Path} is {global}, which is not there"));
        }

        return Task.FromResult<IReadOnlyList<CheckFinding>>(findings);
    }

    private static CheckFinding Look(string subject, Func<string> words)
    {
        try
        {
            return CheckFinding.Ok(subject, words());
        }
        catch (RuntimeException wrong)
        {
            return CheckFinding.Error(subject, wrong.Message);
        }
    }

    private static string Words(DaemonOptions options, RegistriesConfiguration registries)
    {
        var names = registries.ShortNames;
        var search = names.SearchRegistries is null ? "short names are docker.io's" : $"short names are searched at {string.Join(", ", names.SearchRegistries)}";
        var unused = string.Concat(registries.Rules.Where(rule => rule.IsNeverFound).Select(rule => $"; without effect, since rules are for repositories: {rule.Prefix} ({rule.Source})"));
        return $"{options.RegistriesConf}: {registries.Rules.Count} rules, {names.Aliases.Count} aliases, {search}{unused}";
    }
}
