using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListPodSandboxes(PodSandboxStore sandboxes)
{
    /// <param name="filter">Null for all. Its id may be the beginning of one.</param>
    public IReadOnlyList<PodSandbox> Run(PodSandboxFilter? filter)
    {
        var found = new List<PodSandbox>();
        foreach (var sandbox in sandboxes.Each)
        {
            if (filter is null || Fits(sandbox, filter))
            {
                found.Add(sandbox);
            }
        }

        found.Sort(static (one, other) => other.Record.CreatedAt.CompareTo(one.Record.CreatedAt) is not 0 and var order
            ? order
            : string.CompareOrdinal(one.Id.ToString(), other.Id.ToString()));
        return found;
    }

    private static bool Fits(PodSandbox sandbox, PodSandboxFilter filter) =>
        sandbox.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribePodSandbox.StateOf(sandbox.State))
        && Labels.Fit(filter.LabelSelector, sandbox.Record.Config.Labels);
}
