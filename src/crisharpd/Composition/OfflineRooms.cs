using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>The rooms without a daemon, for commands that work on a root at rest.</summary>
internal static class OfflineRooms
{
    /// <param name="level">Of the log: what such commands do is said on standard output.</param>
    public static ServiceCollection Of(DaemonOptions options, LogLevel level)
    {
        var quiet = options with { LogLevel = level };
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(quiet);
        services.AddSingleton<OptionsInForce>();
        services.AddSingleton(new Operations(TimeProvider.System));
        services.AddLogging(logging => Logging.Configure(logging, quiet));
        services.AddDisk(quiet);
        services.AddImages(quiet);
        return services;
    }
}
