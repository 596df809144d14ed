using CriSharp.Linux.Cgroups;

namespace CriSharp.TestSupport.Leftovers;

/// <summary>Where to look: tests run side by side, and each must see only what is its own.</summary>
public sealed record SnapshotScope
{
    /// <summary>Folders (absolute, without links) whose files and mounts count, such as a daemon's root and runroot and a network's leases.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Cgroups that count with all below them, in every hierarchy.</summary>
    public IReadOnlyList<CgroupPath> CgroupTops { get; init; } = [];

    /// <summary>Bridges whose ports (the host ends of veths) count.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>Processes count that hold one of these texts in command line, environment or mounts, whoever their parent is: an instance's root folder marks its daemon, monitors and containers.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];
}
