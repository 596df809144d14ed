using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>The configuration was read; what of it means nothing here.</summary>
internal sealed class ConfigurationCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CheckFinding>>(
    [
        options.IgnoredKeys.Count == 0
            ? CheckFinding.Ok("configuration", "it can be read")
            : CheckFinding.Warning("configuration", $"{options.IgnoredKeys.Count} keys mean nothing to crisharpd and are ignored: {string.Join(", ", options.IgnoredKeys)}"),
    ]);
}
