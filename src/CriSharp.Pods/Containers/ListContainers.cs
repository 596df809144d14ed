using CriSharp.Cri.V1;

namespace CriSharp.Pods.Containers;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListContainers(ContainerStore containers)
{
    /// <param name="filter">Null for all. Its ids may be the beginnings of some.</param>
    public IReadOnlyList<Container> Run(ContainerFilter? filter)
    {
        var found = new List<Container>();
        foreach (var container in containers.Each)
        {
            if (filter is null || Fits(container, filter))
            {
                found.Add(container);
            }
        }

        found.Sort(static (one, other) => other.Record.CreatedAt.CompareTo(one.Record.CreatedAt) is not 0 and var order
            ? order
            : string.CompareOrdinal(one.Id.ToString(), other.Id.ToString()));
        return found;
    }

    private static bool Fits(Container container, ContainerFilter filter) =>
        container.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && container.Record.SandboxId.ToString().StartsWith(filter.PodSandboxId, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribeContainer.StateOf(container.State))
        && Labels.Fit(filter.LabelSelector, container.Record.Config.Labels);
}
