using CriSharp.Cri.V1;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Sandboxes;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListPodSandboxes(PodSandboxStore sandboxes)
{
    /// <summary>All, and those of each state.</summary>
    private readonly KeptAnswers<ListPodSandboxResponse> _kept = new(1 + Enum.GetValues<PodSandboxState>().Length);

    /// <summary>As <see cref="Run"/>, in the words of the CRI; never older than what anybody knew before the call. Its fields can't be read.</summary>
    public ListPodSandboxResponse Answer(PodSandboxFilter? filter) => _kept.Get(KindOf(filter), sandboxes.Changes, () => Describe(filter));

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

    private ListPodSandboxResponse Describe(PodSandboxFilter? filter)
    {
        var response = new ListPodSandboxResponse();
        foreach (var sandbox in Run(filter))
        {
            response.AddPrepared(DescribePodSandbox.ForList(sandbox));
        }

        return response;
    }

    /// <summary>What a kubelet asks for all the time is kept: all, or those that are ready.</summary>
    private static int? KindOf(PodSandboxFilter? filter) => filter switch
    {
        null => 0,
        { Id.Length: > 0 } or { LabelSelector.Count: > 0 } => null,
        { State: null } => 0,
        { State.State: PodSandboxState.SandboxReady or PodSandboxState.SandboxNotready } => 1 + (int)filter.State.State,
        _ => null,
    };

    private static bool Fits(PodSandbox sandbox, PodSandboxFilter filter) =>
        sandbox.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribePodSandbox.StateOf(sandbox.State))
        && Labels.Fit(filter.LabelSelector, sandbox.Record.Config.Labels);
}
