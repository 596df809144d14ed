using CriSharp.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>What of options that are taken the administrator should know.</summary>
internal static class OptionNotices
{
    public static void Tell(ILogger log, DaemonOptions options)
    {
        if (options.IgnoredKeys.Count > 0)
        {
            log.IgnoresKeys(options.IgnoredKeys.Count, string.Join("; ", options.IgnoredKeys));
        }

        if (options.UnknownVariables.Count > 0)
        {
            log.IgnoresVariables(string.Join(", ", options.UnknownVariables));
        }

        foreach (var runtime in options.Runtimes)
        {
            if (runtime.Unusable is { } reason)
            {
                log.LacksRuntime(reason);
            }
        }
    }
}
