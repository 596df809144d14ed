using CriSharp.Cri.V1;
using CriSharp.Specs;
using CriMessage = CriSharp.Cri.V1.Container;
using CriState = CriSharp.Cri.V1.ContainerState;

namespace CriSharp.Pods.Containers;

/// <summary>A container in the words of the CRI.</summary>
public static class DescribeContainer
{
    /// <summary>The kubelet cuts longer ones anyway, and a status is asked for often.</summary>
    private const int MessageLimitCharacters = 4096;

    /// <summary>Lists are asked for all the time, and little changes: the message is made once for each state, and is nobody's to change.</summary>
    public static CriMessage ForList(Container container)
    {
        var state = StateOf(container.State);
        if (container.Listed is { } listed && listed.State == state)
        {
            return listed;
        }

        return container.Listed = ForList(container, state);
    }

    private static CriMessage ForList(Container container, CriState state)
    {
        var record = container.Record;
        var message = new CriMessage
        {
            Id = container.Id.ToString(),
            PodSandboxId = record.SandboxId.ToString(),
            Metadata = record.Config.Metadata,
            Image = record.Config.Image,
            ImageRef = record.ImageId,
            ImageId = record.ImageId,
            State = state,
            CreatedAt = UnixTime.Nanoseconds(record.CreatedAt),
        };
        message.Labels.Add(record.Config.Labels);
        message.Annotations.Add(record.Config.Annotations);
        return message;
    }

    /// <param name="imageName">What people call the image: the name in the pod's spec where the kubelet tells it.</param>
    public static ContainerStatus ForStatus(Container container, string imageName)
    {
        var record = container.Record;
        var status = new ContainerStatus
        {
            Id = container.Id.ToString(),
            Metadata = record.Config.Metadata,
            State = StateOf(container.State),
            CreatedAt = UnixTime.Nanoseconds(record.CreatedAt),
            Image = new ImageSpec(record.Config.Image) { Image = imageName },
            ImageRef = record.ImageId,
            ImageId = record.ImageId,
            LogPath = record.LogPath,
            StopSignal = StopSignals.ToCri(record.StopSignal),
            User = UserOf(record.User),
            Resources = new ContainerResources { Linux = container.Limits.InForce },
        };
        status.Labels.Add(record.Config.Labels);
        status.Annotations.Add(record.Config.Annotations);
        status.Mounts.Add(record.Config.Mounts.Select(mount => Resolved(mount, record)));
        Tell(status, record, container.State);
        if (container is { State: ContainerState.Running, MonitorLoss: { } loss })
        {
            status.Message = loss;
        }

        return status;
    }

    public static CriState StateOf(ContainerState state) => state switch
    {
        ContainerState.Created => CriState.ContainerCreated,
        ContainerState.Running => CriState.ContainerRunning,
        ContainerState.Exited => CriState.ContainerExited,
        _ => CriState.ContainerUnknown,
    };

    /// <summary>As it was asked for; of an image also which one that name meant.</summary>
    private static Mount Resolved(Mount asked, ContainerRecord record) =>
        asked.Image is { } image && record.VolumeImageIds.TryGetValue(image.Image, out var id)
            ? new Mount(asked) { Image = new ImageSpec(image) { ImageRef = id } }
            : asked;

    /// <summary>A clock that was set back in between must not have a container end before it began: nobody could compute with that.</summary>
    private static void Tell(ContainerStatus status, ContainerRecord record, ContainerState state)
    {
        switch (state)
        {
            case ContainerState.Running running:
                status.StartedAt = UnixTime.Nanoseconds(Later(record.CreatedAt, running.StartedAt));
                break;
            case ContainerState.Exited exited:
                status.StartedAt = UnixTime.Nanoseconds(Later(record.CreatedAt, exited.StartedAt));
                status.FinishedAt = UnixTime.Nanoseconds(Later(Later(record.CreatedAt, exited.StartedAt) ?? record.CreatedAt, exited.End.FinishedAt));
                status.ExitCode = exited.End.Code;
                status.Reason = exited.End.Reason;
                status.Message = Shorten(exited.End.Message);
                break;
            case ContainerState.Unknown unknown:
                status.StartedAt = UnixTime.Nanoseconds(Later(record.CreatedAt, unknown.StartedAt));
                status.Reason = ContainerEnd.StatusUnknown;
                status.Message = Shorten(unknown.Reason);
                break;
        }
    }

    private static DateTimeOffset? Later(DateTimeOffset earliest, DateTimeOffset? at) => at < earliest ? earliest : at;

    private static ContainerUser UserOf(ContainerIdentity identity)
    {
        var linux = new LinuxContainerUser { Uid = identity.Uid, Gid = identity.Gid };
        linux.SupplementalGroups.Add(identity.SupplementalGroups);
        return new ContainerUser { Linux = linux };
    }

    private static string Shorten(string message) => message.Length <= MessageLimitCharacters ? message : message[..MessageLimitCharacters];
}
