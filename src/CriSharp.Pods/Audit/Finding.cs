namespace CriSharp.Pods.Audit;

/// <summary>Something on the machine that nothing of this instance accounts for.</summary>
/// <param name="Kind">A noun for people; also the metric's label.</param>
/// <param name="Subject">Id, path or address: with the kind it names one thing for as long as that is there.</param>
/// <param name="Reason">Why it counts as left over.</param>
public sealed record Finding(string Kind, string Subject, string Reason)
{
    /// <summary>Id of the pod sandbox or container that it goes by: asked again, under that id's lock, before it is removed.</summary>
    public string? OwnerId { get; init; }

    public Removal Removal { get; init; } = Removal.Sure;

    /// <summary>Since when it has been there, as far as it shows.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>Who may have a finding removed.</summary>
public enum Removal
{
    /// <summary>It is ours and nobody can miss it: the audits at start and in the background remove it.</summary>
    Sure,

    /// <summary>Others may have made it, or put it there: only where a person asks.</summary>
    WhenAsked,

    /// <summary>It is kept for people.</summary>
    Never,
}
