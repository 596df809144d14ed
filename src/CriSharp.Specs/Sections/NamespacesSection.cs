using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>A container's namespaces: its own, the pod's, or the host's, which is not listed at all.</summary>
internal static class NamespacesSection
{
    /// <param name="mappings">Null: the pod has the host's user namespace.</param>
    public static IReadOnlyList<SpecNamespace> Build(
        NamespaceOption? options, bool isPrivileged, PodNamespaces pod, PodIdMappings? mappings, HostFacts host)
    {
        var namespaces = new List<SpecNamespace>();
        if (mappings is not null)
        {
            namespaces.Add(new SpecNamespace { Type = SpecNamespace.User, Path = pod.User.Path ?? throw Refusal.Unmet("the pod's user namespace is not there") });
        }

        AddPid(namespaces, options?.Pid ?? NamespaceMode.Pod, pod);
        AddShared(namespaces, SpecNamespace.Network, pod.Network);
        AddShared(namespaces, SpecNamespace.Ipc, pod.Ipc);
        AddShared(namespaces, SpecNamespace.Uts, pod.Uts);
        namespaces.Add(new SpecNamespace { Type = SpecNamespace.Mount });

        // Under v1 a cgroup namespace would hide a container's own path from programs that look for it in /proc/self/cgroup.
        if (host.CgroupVersion == CgroupVersion.V2 && !isPrivileged)
        {
            namespaces.Add(new SpecNamespace { Type = SpecNamespace.Cgroup });
        }

        return namespaces;
    }

    private static void AddPid(List<SpecNamespace> namespaces, NamespaceMode mode, PodNamespaces pod)
    {
        switch (mode)
        {
            case NamespaceMode.Node:
                return;
            case NamespaceMode.Container:
                namespaces.Add(new SpecNamespace { Type = SpecNamespace.Pid });
                return;
            case NamespaceMode.Pod:
                AddJoined(namespaces, pod.InfraPidPath ?? throw Refusal.Unmet(
                    "namespace_options.pid is POD, but the pod sandbox was made without a shared PID namespace (it has none with pid CONTAINER or NODE)"));
                return;
            case NamespaceMode.Target:
                AddJoined(namespaces, pod.TargetPidPath ?? throw Refusal.Unmet(
                    "namespace_options.pid is TARGET, but no running container of the pod has the id in target_id"));
                return;
            default:
                throw Refusal.Invalid($"namespace_options.pid {(int)mode} is unknown");
        }
    }

    private static void AddJoined(List<SpecNamespace> namespaces, string path) =>
        namespaces.Add(new SpecNamespace { Type = SpecNamespace.Pid, Path = path });

    private static void AddShared(List<SpecNamespace> namespaces, string type, NamespaceChoice choice)
    {
        if (!choice.IsHost)
        {
            namespaces.Add(new SpecNamespace { Type = type, Path = choice.Path });
        }
    }
}
