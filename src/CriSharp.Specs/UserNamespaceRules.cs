using CriSharp.Cri.V1;
using CriSharp.Oci;
using Google.Protobuf.Collections;

namespace CriSharp.Specs;

/// <summary>What a pod may ask of user namespaces: one of its own with one mapping of users and one of groups, or the host's.</summary>
public static class UserNamespaceRules
{
    private const string Field = "namespace_options.userns_options";

    /// <summary>The kernel's last id, 4294967295, means "none".</summary>
    private const long IdLimit = uint.MaxValue;

    /// <param name="options">The sandbox's; null is the host's.</param>
    /// <returns>Null: the pod has the host's user namespace.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: the field, its value and the rule.</exception>
    public static PodIdMappings? OfSandbox(NamespaceOption? options)
    {
        if (options?.UsernsOptions is not { } asked)
        {
            return null;
        }

        switch (asked.Mode)
        {
            case NamespaceMode.Node:
                RefuseMappings(asked);
                return null;
            case NamespaceMode.Pod:
                RefuseHostNamespaces(options);
                return new PodIdMappings(Single("uids", asked.Uids), Single("gids", asked.Gids));
            default:
                throw Refusal.Invalid($"{Field}.mode of a sandbox can't be {asked.Mode}: POD and NODE are what there is");
        }
    }

    /// <summary>A container has its pod's user namespace; where it says so itself it has to say the same.</summary>
    /// <inheritdoc cref="OfSandbox"/>
    public static void CheckContainer(NamespaceOption? options, PodIdMappings? pod)
    {
        if (pod is not null && options?.Pid == NamespaceMode.Node)
        {
            throw Refusal.Invalid("namespace_options.pid is NODE in a pod with a user namespace: the host's processes are not the pod's to see");
        }

        if (options?.UsernsOptions is not { } asked || (asked is { Mode: NamespaceMode.Pod, Uids.Count: 0, Gids.Count: 0 }))
        {
            return;
        }

        var own = asked.Mode is NamespaceMode.Node or NamespaceMode.Pod
            ? OfSandbox(new NamespaceOption { UsernsOptions = asked })
            : throw Refusal.Invalid($"{Field}.mode of a container can't be {asked.Mode}: it has its pod's user namespace");
        if (own != pod)
        {
            throw Refusal.Invalid($"{Field} of the container ({Text(own)}) differ from those of its pod ({Text(pod)}): all containers of a pod share one user namespace");
        }
    }

    /// <summary>Whoever the container's process is has to be somebody in the pod's user namespace.</summary>
    /// <param name="imageUser">The image's USER.</param>
    /// <inheritdoc cref="OfSandbox"/>
    public static void CheckUser(ResolvedUser user, LinuxContainerSecurityContext? security, string imageUser, PodIdMappings? pod)
    {
        if (pod is null)
        {
            return;
        }

        security ??= new LinuxContainerSecurityContext();
        var userField = security.RunAsUser is not null ? "run_as_user"
            : security.RunAsUsername.Length > 0 ? $"run_as_username {Refusal.Quote(security.RunAsUsername)}, which is user"
            : $"the image's USER {Refusal.Quote(imageUser)}, which is user";
        CheckMapped(userField, user.Uid, pod.Users);
        CheckMapped(security.RunAsGroup is not null ? "run_as_group" : $"the group of {userField} {user.Uid}, which is group", user.Gid, pod.Groups);
        foreach (var group in user.AdditionalGids)
        {
            CheckMapped(security.SupplementalGroups.Contains(group) ? "supplemental_groups" : "a group of the image's /etc/group,", group, pod.Groups);
        }
    }

    /// <summary>As <see cref="CheckUser"/>, for the infra process.</summary>
    /// <inheritdoc cref="OfSandbox"/>
    public static void CheckSandboxUser(LinuxSandboxSecurityContext security, PodIdMappings? pod)
    {
        if (pod is null)
        {
            return;
        }

        var user = UserResolution.ResolveForSandbox(security);
        CheckMapped("run_as_user of the pod sandbox", user.Uid, pod.Users);
        CheckMapped("run_as_group of the pod sandbox", user.Gid, pod.Groups);
        foreach (var group in user.AdditionalGids)
        {
            CheckMapped("supplemental_groups of the pod sandbox:", group, pod.Groups);
        }
    }

    /// <summary>Id mappings of a volume.</summary>
    /// <returns>Whether the mount has its ids mapped.</returns>
    /// <inheritdoc cref="OfSandbox"/>
    public static bool CheckMount(Mount mount, PodIdMappings? pod)
    {
        if (mount.UidMappings.Count == 0 && mount.GidMappings.Count == 0)
        {
            return false;
        }

        var where = $"the mount at {Refusal.Quote(mount.ContainerPath)}: uidMappings and gidMappings";
        if (pod is null)
        {
            throw Refusal.Invalid($"{where} are given, but the pod has no user namespace");
        }

        return mount.UidMappings is [var users] && mount.GidMappings is [var groups] && Same(users, pod.Users) && Same(groups, pod.Groups)
            ? true
            : throw Refusal.Invalid($"{where} have to be the pod's: {Text(pod)}");
    }

    private static bool Same(IDMapping asked, SpecIdMapping pod) =>
        asked.ContainerId == pod.ContainerId && asked.HostId == pod.HostId && asked.Length == pod.Size;

    private static SpecIdMapping Single(string name, RepeatedField<IDMapping> mappings)
    {
        if (mappings.Count != 1)
        {
            throw Refusal.Invalid($"{Field}.{name} has {mappings.Count} mappings: exactly one is wanted");
        }

        var mapping = mappings[0];
        if (mapping.Length == 0)
        {
            throw Refusal.Invalid($"{Field}.{name}: length is 0, at least one id has to be mapped");
        }

        if (mapping.ContainerId != 0)
        {
            throw Refusal.Invalid($"{Field}.{name}: container_id is {mapping.ContainerId}, but id 0 has to be mapped: the mapping begins there");
        }

        return mapping.HostId + (long)mapping.Length <= IdLimit
            ? new SpecIdMapping { ContainerId = 0, HostId = mapping.HostId, Size = mapping.Length }
            : throw Refusal.Invalid($"{Field}.{name}: host_id {mapping.HostId} and length {mapping.Length} lead past the last id, {IdLimit - 1}");
    }

    private static void RefuseMappings(UserNamespace asked)
    {
        if (asked.Uids.Count > 0 || asked.Gids.Count > 0)
        {
            throw Refusal.Invalid($"{Field}: uids and gids are given, but mode is NODE: the host's user namespace has none");
        }
    }

    /// <summary>Their files in /proc and /sys would belong to nobody, and not be mountable; Status says that host networks are not supported here.</summary>
    private static void RefuseHostNamespaces(NamespaceOption options)
    {
        foreach (var (name, mode) in new[] { ("network", options.Network), ("pid", options.Pid), ("ipc", options.Ipc) })
        {
            if (mode == NamespaceMode.Node)
            {
                throw Refusal.Invalid($"namespace_options.{name} can't be NODE in a pod with a user namespace ({Field}.mode is POD)");
            }
        }
    }

    private static void CheckMapped(string what, uint id, SpecIdMapping mapping)
    {
        if (id >= mapping.Size)
        {
            throw Refusal.Invalid($"{what} {id} is not mapped: the pod's user namespace has the ids 0 to {mapping.Size - 1}");
        }
    }

    private static string Text(PodIdMappings? mappings) => mappings is null
        ? "none"
        : $"uids 0 to host {mappings.Users.HostId}, {mappings.Users.Size} of them; gids 0 to host {mappings.Groups.HostId}, {mappings.Groups.Size} of them";
}

/// <summary>The ids of a pod with a user namespace, from 0 on. Never more than one range: Kubernetes gives each pod one.</summary>
public sealed record PodIdMappings(SpecIdMapping Users, SpecIdMapping Groups);
