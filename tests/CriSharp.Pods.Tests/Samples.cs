using CriSharp.Cri.V1;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;

namespace CriSharp.Pods.Tests;

internal static class Samples
{
    public static ContainerProcesses Processes { get; } = new(new ProcessIdentity(101, 1001), new ProcessIdentity(100, 1000));

    public static PodSandboxRecord Sandbox() => new()
    {
        Id = PodSandboxId.New(),
        Config = PodSandboxConfig.Parser.ParseFrom([.. SandboxConfig().ToByteArray(), .. UnknownField]),
        RuntimeHandler = "",
        CreatedAt = new DateTimeOffset(2026, 11, 21, 1, 2, 3, 456, TimeSpan.Zero),
        BootId = "boot",
        CgroupParent = "/kubepods/pod1",
        MadeCgroups = [],
    };

    public static ContainerRecord Container(PodSandboxId sandbox) => new()
    {
        Id = ContainerId.New(),
        SandboxId = sandbox,
        Config = ContainerConfig(),
        ImageId = "sha256:1",
        RuntimeHandler = "runc",
        CreatedAt = new DateTimeOffset(2026, 11, 21, 1, 2, 3, TimeSpan.Zero),
        BootId = "boot",
        LogPath = "/var/log/pods/web/0.log",
        StopSignal = 15,
        User = new ContainerIdentity(1000, 1000, [1000, 7]),
    };

    public static PodSandboxConfig SandboxConfig() => new()
    {
        Metadata = new PodSandboxMetadata { Name = "web", Namespace = "shop", Uid = "u-1", Attempt = 1 },
        Labels = { ["app"] = "web", ["tier"] = "front" },
    };

    public static ContainerConfig ContainerConfig() => new()
    {
        Metadata = new ContainerMetadata { Name = "server", Attempt = 2 },
        Image = new ImageSpec { Image = "busybox" },
        Envs = { new KeyValue { Key = "A", Value = ByteString.CopyFrom(0xff, 0x00) } },
    };

    /// <summary>Field 2000, varint 1: what a newer client may send.</summary>
    private static byte[] UnknownField => [0x80, 0x7d, 0x01];
}
