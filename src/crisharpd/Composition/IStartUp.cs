namespace CriSharp.Daemon.Composition;

/// <summary>What must be done under the root's lock before the first caller is let in: recovery.</summary>
internal interface IStartUp
{
    Task RunAsync(CancellationToken cancellationToken);
}
