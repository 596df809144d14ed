using CriSharp.Cri.V1;

namespace CriSharp.Pods.Containers;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListContainers(ContainerStore containers)
{
    /// <param name="filter">Null for all. Its ids may be the beginnings of some.</param>
    public IEnumerable<Container> Run(ContainerFilter? filter) => containers.All
        .Where(container => filter is null || Fits(container, filter))
        .OrderByDescending(container => container.Record.CreatedAt)
        .ThenBy(container => container.Id.ToString(), StringComparer.Ordinal);

    private static bool Fits(Container container, ContainerFilter filter) =>
        container.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && container.Record.SandboxId.ToString().StartsWith(filter.PodSandboxId, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribeContainer.StateOf(container.State))
        && Labels.Fit(filter.LabelSelector, container.Record.Config.Labels);
}
