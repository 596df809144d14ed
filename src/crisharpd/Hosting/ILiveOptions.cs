using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Hosting;

/// <summary>Brings options that have changed to those who hold something made of them.</summary>
internal interface ILiveOptions
{
    /// <summary>Looks at everything that could be wrong, and changes nothing yet.</summary>
    /// <returns>The change itself, which can't fail.</returns>
    /// <exception cref="CriSharp.Primitives.RuntimeException">InvalidArgument or FailedPrecondition: the options can't be used on this host.</exception>
    Task<Action> PrepareAsync(DaemonOptions old, DaemonOptions taken, CancellationToken cancellationToken);
}
