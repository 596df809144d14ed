using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>
/// The PID namespace that a container shares. Its specification names it by the number of a process, which may be another process's by the
/// time that the OCI runtime looks; a process that is still there afterwards had it all the while.
/// </summary>
internal static class JoinedPidNamespace
{
    /// <summary>To be called once the runtime has created the container, which has not begun yet.</summary>
    /// <param name="owner">Of the infra process, or of the target container.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: the owner has ended.</exception>
    public static void Check(RuntimeSpec spec, ContainerProcesses? owner)
    {
        if (!spec.Linux.Namespaces.Any(one => one is { Type: SpecNamespace.Pid, Path: not null }))
        {
            return;
        }

        if (owner is null || ProcessIdentity.TryRead(owner.Init.Pid) != owner.Init)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"container config: the process {owner?.Init.Pid} ended while the container was to join its PID namespace: the pod sandbox, or the container in target_id, has to run");
        }
    }
}
