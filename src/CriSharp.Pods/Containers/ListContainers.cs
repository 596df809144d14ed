using CriSharp.Cri.V1;
using CriSharp.Pods.Persistence;
using CriState = CriSharp.Cri.V1.ContainerState;

namespace CriSharp.Pods.Containers;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListContainers(ContainerStore containers)
{
    /// <summary>All, and those of each state.</summary>
    private readonly KeptAnswers<ListContainersResponse> _kept = new(1 + Enum.GetValues<CriState>().Length);

    /// <summary>As <see cref="Run"/>, in the words of the CRI; never older than what anybody knew before the call. Its fields can't be read.</summary>
    public ListContainersResponse Answer(ContainerFilter? filter) => _kept.Get(KindOf(filter), containers.Changes, () => Describe(filter));

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

    private ListContainersResponse Describe(ContainerFilter? filter)
    {
        var response = new ListContainersResponse();
        foreach (var container in Run(filter))
        {
            response.AddPrepared(DescribeContainer.ForList(container));
        }

        return response;
    }

    /// <summary>What a kubelet asks for all the time is kept: all, or those that run.</summary>
    private static int? KindOf(ContainerFilter? filter) => filter switch
    {
        null => 0,
        { Id.Length: > 0 } or { PodSandboxId.Length: > 0 } or { LabelSelector.Count: > 0 } => null,
        { State: null } => 0,
        { State.State: >= CriState.ContainerCreated and <= CriState.ContainerUnknown and var state } => 1 + (int)state,
        _ => null,
    };

    private static bool Fits(Container container, ContainerFilter filter) =>
        container.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && container.Record.SandboxId.ToString().StartsWith(filter.PodSandboxId, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribeContainer.StateOf(container.State))
        && Labels.Fit(filter.LabelSelector, container.Record.Config.Labels);
}
