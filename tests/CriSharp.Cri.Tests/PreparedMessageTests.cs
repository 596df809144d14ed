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

    /// <summary>The same prepared messages go into list after list.</summary>
    [Fact]
    public void Lists_OfPreparedMessages_AreTheSameEachTime()
    {
        Container[] containers = [new() { Id = "c1", Labels = { ["app"] = "web" } }, new(), new() { Id = "c3" }];
        PodSandbox[] sandboxes = [new() { Id = "p1" }, new() { Id = "p2", RuntimeHandler = "crun" }];
        var (preparedContainers, preparedSandboxes) = (containers.Select(container => container.Prepare()).ToList(), sandboxes.Select(sandbox => sandbox.Prepare()).ToList());
        for (var round = 0; round < 3; round++)
        {
            var (list, pods) = (new ListContainersResponse(), new ListPodSandboxResponse());
            preparedContainers.ForEach(list.AddPrepared);
            preparedSandboxes.ForEach(pods.AddPrepared);

            Assert.Equal(containers, ListContainersResponse.Parser.ParseFrom(list.ToByteArray()).Containers);
            Assert.Equal(sandboxes, ListPodSandboxResponse.Parser.ParseFrom(pods.ToByteArray()).Items);
        }
    }
}
