using CriSharp.Cri.V1;
using Google.Protobuf;

namespace CriSharp.Cri.Tests;

public class PreparedMessageTests
{
    /// <summary>Field 2000, varint 1: what a newer peer may send.</summary>
    private static byte[] UnknownField => [0x80, 0x7d, 0x01];

    [Fact]
    public void Container_WhenPrepared_IsTheSameOnTheWire()
    {
        var container = new Container
        {
            Id = "c1",
            PodSandboxId = "p1",
            Metadata = new ContainerMetadata { Name = "main", Attempt = 3 },
            Image = new ImageSpec { Image = "busybox", Annotations = { ["a"] = "b" } },
            ImageRef = "sha256:1",
            State = ContainerState.ContainerExited,
            CreatedAt = long.MaxValue,
            Labels = { ["app"] = "web", ["empty"] = "" },
            Annotations = { ["long"] = new string('ä', 5000) },
        };
        container.MergeFrom(UnknownField);
        var list = new ListContainersResponse { Containers = { container.Prepare(), new Container().Prepare(), container.Prepare() } };

        Assert.Equal([container, new Container(), container], ListContainersResponse.Parser.ParseFrom(list.ToByteArray()).Containers);
        Assert.Equal(container.CalculateSize(), container.Prepare().CalculateSize());
        Assert.Equal("", container.Prepare().Id);
    }

    [Fact]
    public void PodSandbox_WhenPrepared_IsTheSameOnTheWire()
    {
        var sandbox = new PodSandbox
        {
            Id = "p1",
            Metadata = new PodSandboxMetadata { Name = "web", Namespace = "shop", Uid = "u", Attempt = 1 },
            State = PodSandboxState.SandboxNotready,
            CreatedAt = 1,
            Labels = { ["app"] = "web" },
            Annotations = { ["a"] = "b", ["c"] = "d" },
            RuntimeHandler = "crun",
        };

        Assert.Equal(sandbox, PodSandbox.Parser.ParseFrom(sandbox.Prepare().ToByteArray()));
    }
}
