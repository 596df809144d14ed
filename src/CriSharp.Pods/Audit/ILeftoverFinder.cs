namespace CriSharp.Pods.Audit;

/// <summary>
/// Finds one kind of leftover and can remove one. It may be asked while pods are made and removed, and lists what is there first and asks for
/// owners after that: an id has its owner before anything is made for it.
/// </summary>
public interface ILeftoverFinder
{
    string Kind { get; }

    IEnumerable<Finding> Find();

    /// <summary>Removes what was found; gone already is fine.</summary>
    Task RemoveAsync(Finding finding, CancellationToken cancellationToken);
}
