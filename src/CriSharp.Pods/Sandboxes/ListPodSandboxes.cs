using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>From memory, newest first; a filter that fits nothing is an empty list, never an error.</summary>
public sealed class ListPodSandboxes(PodSandboxStore sandboxes)
{
    /// <param name="filter">Null for all. Its id may be the beginning of one.</param>
    public IEnumerable<PodSandbox> Run(PodSandboxFilter? filter) => sandboxes.All
        .Where(sandbox => filter is null || Fits(sandbox, filter))
        .OrderByDescending(sandbox => sandbox.Record.CreatedAt)
        .ThenBy(sandbox => sandbox.Id.ToString(), StringComparer.Ordinal);

    private static bool Fits(PodSandbox sandbox, PodSandboxFilter filter) =>
        sandbox.Id.ToString().StartsWith(filter.Id, StringComparison.Ordinal)
        && (filter.State is null || filter.State.State == DescribePodSandbox.StateOf(sandbox.State))
        && Labels.Fit(filter.LabelSelector, sandbox.Record.Config.Labels);
}
