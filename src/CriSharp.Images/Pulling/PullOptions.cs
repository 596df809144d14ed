namespace CriSharp.Images.Pulling;

/// <summary>Settings of pulls.</summary>
public sealed record PullOptions
{
    /// <summary>Layers of one image that are fetched at the same time; at least 1.</summary>
    public int ParallelLayers { get; init; } = 3;

    /// <summary>Layers that all pulls together fetch at the same time; where there are so many, each further image gets one at a time. Loads of archives count apart.</summary>
    public int LayersOfNode { get; init; } = 8;

    /// <summary>
    /// How long the finished layers of a pull that may succeed when it is tried again (registry away, caller gone) are kept for that.
    /// Those of a pull that can't succeed are freed at once. So long they are kept, too, from the start of a daemon whose predecessor was killed.
    /// </summary>
    public TimeSpan KeepForRetry { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a pull goes on that nobody waits for any more: a caller whose time was over often comes back at once, and joins it.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a layer waits for the layers under it when it links to one of their files.</summary>
    public TimeSpan LowerLayersTimeLimit { get; init; } = TimeSpan.FromMinutes(30);
}
