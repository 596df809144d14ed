using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Connection;

/// <summary>Finds pods and containers by what people type: an id, the beginning of one, or a name.</summary>
internal sealed class IdLookup(CriConnection cri)
{
    /// <summary>A container by itself, or the only one of a pod: what logs and exec work on.</summary>
    public async Task<Container> ContainerOrOnlyOneOfPodAsync(string typed, CancellationToken cancellationToken)
    {
        if (await FindContainerAsync(typed, cancellationToken) is { } container)
        {
            return container;
        }

        var pod = await FindPodAsync(typed, cancellationToken) ?? throw NotFound("container or pod", typed);
        var inPod = (await cri.ListContainersAsync(cancellationToken)).Where(one => one.PodSandboxId == pod.Id).ToList();
        return inPod.Count == 1
            ? inPod[0]
            : throw new RuntimeException(ErrorKind.InvalidArgument, $"pod {pod.Metadata.Name} has {inPod.Count} containers: name one of them");
    }

    /// <exception cref="RuntimeException">NotFound, or InvalidArgument when several match.</exception>
    public async Task<PodSandbox> PodAsync(string typed, CancellationToken cancellationToken) =>
        await FindPodAsync(typed, cancellationToken) ?? throw NotFound("pod", typed);

    public async Task<PodSandbox?> FindPodAsync(string typed, CancellationToken cancellationToken) => Choose(
        "pods",
        typed,
        await cri.ListPodsAsync(cancellationToken),
        pod => pod.Id,
        pod => pod.Metadata?.Name,
        pod => pod.State == PodSandboxState.SandboxReady);

    public async Task<Container?> FindContainerAsync(string typed, CancellationToken cancellationToken) => Choose(
        "containers",
        typed,
        await cri.ListContainersAsync(cancellationToken),
        container => container.Id,
        container => container.Metadata?.Name,
        container => container.State == ContainerState.ContainerRunning);

    public static RuntimeException NotFound(string what, string typed) =>
        new(ErrorKind.NotFound, $"there is no {what} '{typed}': ps and pods list what there is");

    /// <param name="alive">Among several of one name, as an exited one and its successor, the only living one is meant.</param>
    internal static T? Choose<T>(string what, string typed, IReadOnlyList<T> all, Func<T, string> id, Func<T, string?> name, Func<T, bool> alive)
        where T : class
    {
        if (typed.Length == 0)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, "an id or a name is needed, not an empty word");
        }

        if (all.FirstOrDefault(one => id(one) == typed) is { } exact)
        {
            return exact;
        }

        var named = all.Where(one => name(one) == typed).ToList();
        var matching = named.Count > 0 ? named : [.. all.Where(one => id(one).StartsWith(typed, StringComparison.Ordinal))];
        if (matching.Count <= 1)
        {
            return matching.FirstOrDefault();
        }

        var living = matching.Where(alive).ToList();
        return living.Count == 1
            ? living[0]
            : throw new RuntimeException(
                ErrorKind.InvalidArgument,
                $"'{typed}' may be any of {matching.Count} {what}: {string.Join(", ", matching.Take(5).Select(one => Output.ShortId.Of(id(one))))}");
    }
}
