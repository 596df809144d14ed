using CriSharp.Cri.V1;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Keeps what a ready pod may use from now on. The kubelet asks for it after it has changed the pod's cgroup, which is its own; nothing is
/// set here, as nothing is when the pod is made.
/// </summary>
public sealed class UpdatePodSandboxResources(PodSandboxStore sandboxes, HostFacts host, Operations operations)
{
    /// <param name="overhead">Null leaves what was told before.</param>
    /// <param name="resources">Null leaves what was told before.</param>
    /// <exception cref="RuntimeException">InvalidArgument: a value is wrong. FailedPrecondition: the sandbox is stopped. NotFound.</exception>
    public async Task RunAsync(string id, LinuxContainerResources? overhead, LinuxContainerResources? resources, CancellationToken cancellationToken)
    {
        var known = sandboxes.Get(id);
        using var operation = operations.Begin(nameof(UpdatePodSandboxResources), known.Id.ToString(), known.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await sandboxes.LockAsync(known.Id, cancellationToken);
        var sandbox = sandboxes.Get(known.Id.ToString());
        if (sandbox.State is not SandboxState.Ready)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the resources of pod sandbox {sandbox.Id} can't be updated: it is stopped");
        }

        Check("overhead", overhead);
        Check("resources", resources);
        Operation.At("state");
        sandboxes.Allot(sandbox, new PodResources(overhead ?? sandbox.Resources.Overhead, resources ?? sandbox.Resources.Resources));
    }

    private void Check(string field, LinuxContainerResources? resources)
    {
        if (resources is null)
        {
            return;
        }

        try
        {
            ResourcesUpdate.Build(resources, host, leastMemoryBytes: 0);
        }
        catch (RuntimeException wrong)
        {
            throw new RuntimeException(wrong.Kind, $"{field}: {wrong.Message}", wrong);
        }
    }
}
