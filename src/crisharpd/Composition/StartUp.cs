namespace CriSharp.Daemon.Composition;

/// <summary>Finds pods, containers and images again.</summary>
internal sealed class StartUp : IStartUp
{
    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
