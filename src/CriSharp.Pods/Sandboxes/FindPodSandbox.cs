using CriSharp.Pods.Retries;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// For a caller that names it: it knows the sandbox, from a list if not from the answer that it did not wait for. The kubelet goes on with
/// what it finds so, and may pull images for a long time before it makes a container.
/// </summary>
public sealed class FindPodSandbox(PodSandboxStore sandboxes, Unclaimed<PodSandboxId> unclaimed)
{
    /// <exception cref="Primitives.RuntimeException">NotFound. Unavailable: nobody came for it in time, and it is being removed.</exception>
    public PodSandbox Run(string id)
    {
        var sandbox = sandboxes.Get(id);
        unclaimed.Claim(sandbox.Id);

        // It may have been removed meanwhile.
        return sandboxes.Get(id);
    }
}
