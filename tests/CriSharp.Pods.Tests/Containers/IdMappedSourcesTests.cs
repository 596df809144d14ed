using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

public sealed class IdMappedSourcesTests
{
    private const string UserNamespace = "/proc/self/ns/user";

    private static Mount Mapped => new() { ContainerPath = "/data", Readonly = true, UidMappings = { new IDMapping { HostId = 100000, Length = 65536 } } };

    [Fact]
    public void Check_OfAnImage_HasNoFolderToTry() =>
        IdMappedSources.Check([new Mount(Mapped) { Image = new ImageSpec { Image = "i" } }], UserNamespace);

    [Fact]
    public void Check_OfAVolumeThatCantBeMapped_NamesIt()
    {
        var refusal = Assert.Throws<RuntimeException>(() => IdMappedSources.Check([new Mount(Mapped) { HostPath = "/proc/sys" }], UserNamespace));

        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.Contains("/proc/sys at /data", refusal.Message);
    }
}
