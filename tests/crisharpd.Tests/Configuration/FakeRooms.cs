using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Tests.Configuration;

/// <summary>Counts the changes that it was told of.</summary>
internal sealed class FakeRooms : ILiveOptions
{
    /// <summary>Null: everything is well.</summary>
    public RuntimeException? Refusal { get; set; }

    public int Changes { get; private set; }

    public Task<Action> PrepareAsync(DaemonOptions old, DaemonOptions taken, CancellationToken cancellationToken) =>
        Refusal is null ? Task.FromResult(() => { Changes++; }) : Task.FromException<Action>(Refusal);
}
