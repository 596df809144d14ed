using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Registries;
using CriSharp.Registry;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Names;
using CriSharp.Registry.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>What the daemon knows of registries: their rules and names, who it is to them, and the way to them.</summary>
internal static class RegistryRooms
{
    private static readonly TimeSpan HelperTimeLimit = TimeSpan.FromSeconds(30);

    public static void AddRegistries(this IServiceCollection services, DaemonOptions options)
    {
        // Read here and now: a wrong file, or a proxy that is none, keeps the daemon from starting.
        var first = RegistriesFile.Read(options.RegistriesConf);
        var proxy = EnvironmentProxy.Read(Environment.GetEnvironmentVariable);
        services.AddSingleton(provider => LiveRegistriesOf(options, first, provider.GetRequiredService<ILogger<LiveRegistries>>()));
        services.AddSingleton(provider => new ImageNames(Rules(provider), options.ShortNameMode));
        services.AddSingleton<ICredentialPrograms>(new CredentialHelperProgram(HelperTimeLimit));
        services.AddSingleton(provider => new CredentialLookup(
            CredentialOptionsOf(options), provider.GetRequiredService<ICredentialPrograms>(), Rules(provider)));
        services.AddSingleton(provider => new RegistryClient(
            RegistryOptionsOf(options, provider.GetRequiredService<OptionsInForce>()) with { Registries = Rules(provider), Proxy = proxy }, provider.GetRequiredService<TimeProvider>()));
    }

    public static CredentialOptions CredentialOptionsOf(DaemonOptions options) => new()
    {
        NamespacedFolder = options.NamespacedAuthDirectory,
        Files =
        [
            .. options.GlobalAuthFile is { } file ? [file] : (string[])[],
            .. CredentialOptions.StandardFiles(Environment.GetEnvironmentVariable),
        ],
    };

    public static RegistryOptions RegistryOptionsOf(DaemonOptions options, OptionsInForce inForce) => new()
    {
        CertificateFolders = options.RegistryCertDirectories,
        InsecureRegistries = () => inForce.Value.InsecureRegistries,
        ProgressTimeLimit = options.PullProgressTimeout ?? Timeout.InfiniteTimeSpan,
    };

    private static Func<RegistriesConfiguration> Rules(IServiceProvider provider)
    {
        var live = provider.GetRequiredService<LiveRegistries>();
        return () => live.Current;
    }

    private static LiveRegistries LiveRegistriesOf(DaemonOptions options, RegistriesConfiguration first, ILogger log) => new(options.RegistriesConf, first)
    {
        OnTaken = () => log.TakesRegistries(options.RegistriesConf),
        OnRefused = failure => log.RefusesRegistries(failure),
    };
}
