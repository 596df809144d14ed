using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>The configuration was read; what of it means nothing here.</summary>
internal sealed class ConfigurationCheck : ICheck
{
    private const string Subject = "configuration";

    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        List<CheckFinding> warnings =
        [
            .. options.IgnoredKeys.Select(key => CheckFinding.Warning(Subject, $"{key.Place}: {key.Path} means nothing here: {key.Reason}")),
            .. options.UnknownVariables.Select(name => CheckFinding.Warning(Subject, $"no setting has the variable {name}")),
        ];
        return Task.FromResult<IReadOnlyList<CheckFinding>>(warnings.Count > 0 ? warnings : [CheckFinding.Ok(Subject, "it can be read")]);
    }
}
