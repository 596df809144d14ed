namespace CriSharp.Daemon.Composition;

/// <summary>What must be done under the root's lock before the first caller is let in: recovery; and what has time until later.</summary>
internal interface IStartUp
{
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Runs beside the first callers.</summary>
    Task TidyAsync(CancellationToken cancellationToken);
}
