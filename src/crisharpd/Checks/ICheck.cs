using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Checks;

/// <summary>Looks at one thing that the daemon needs of its host. Changes nothing.</summary>
internal interface ICheck
{
    Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken);
}
