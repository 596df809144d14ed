using CriSharp.Linux.Mounts;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriMount = CriSharp.Cri.V1.Mount;

namespace CriSharp.Pods.Tests.Containers;

public sealed class MountSourcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pods-tests-").FullName;

    public MountSourcesTests()
    {
        Mounting.Tmpfs(_folder, 1 << 20, 0x1C0);
        Mounting.SetPropagation(_folder, MountPropagation.Private);
        Mounting.Tmpfs(Directory.CreateDirectory($"{_folder}/disk").FullName, 1 << 20, 0x1C0);
        Mounting.SetPropagation($"{_folder}/disk", MountPropagation.Shared);
        Directory.CreateDirectory($"{_folder}/disk/sub");
        Directory.CreateSymbolicLink($"{_folder}/link", "disk");
    }

    public void Dispose()
    {
        Mounting.Unmount($"{_folder}/disk");
        Mounting.Unmount(_folder);
        Directory.Delete(_folder);
    }

    [Theory]
    [InlineData("not-there")]
    [InlineData("dangling")]
    [InlineData("loop")]
    [InlineData("link/sub/below/a/file")]
    [InlineData("a\0b")]
    [InlineData("/proc/self/root/tmp")]
    public void Check_WhenTheSourceLeadsNowhere_NamesIt(string path)
    {
        File.CreateSymbolicLink($"{_folder}/dangling", "not-there");
        File.CreateSymbolicLink($"{_folder}/loop", "loop");
        var source = Path.Combine(_folder, path);

        var refusal = Assert.Throws<RuntimeException>(() => MountSources.Check([new CriMount { HostPath = source, ContainerPath = "/data" }]));

        Assert.Equal(ErrorKind.InvalidArgument, refusal.Kind);
        Assert.Contains($"{source} doesn't exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_WhenANameIsTooLong_RefusesIt() => Assert.Equal(
        ErrorKind.InvalidArgument,
        Assert.Throws<RuntimeException>(() => MountSources.Check([new CriMount { HostPath = '/' + new string('a', 300), ContainerPath = "/data" }])).Kind);

    [Theory]
    [InlineData("disk", SourcePropagation.Shared)]
    [InlineData("disk/sub", SourcePropagation.Shared)]
    [InlineData("link", SourcePropagation.Shared)]
    [InlineData("link/sub", SourcePropagation.Shared)]
    [InlineData("", SourcePropagation.Private)]
    public void Check_WhenAnyPartOfThePathIsALink_TellsTheMountThatTheSourceLiesOn(string path, SourcePropagation expected)
    {
        var source = Path.Combine(_folder, path);
        var mount = new CriMount { HostPath = source, ContainerPath = "/data", Propagation = Cri.V1.MountPropagation.PropagationBidirectional };

        Assert.Equal(expected, MountSources.Check([mount])[source]);
    }

    [Fact]
    public void PlacesOf_WhatLeadsElsewhere_AreWhereItLeads_AndAnywhereWhereThatIsNotKnown()
    {
        var links = (string[])[$"{_folder}/link/sub", $"{_folder}/disk/sub/..", "/proc/self/root/etc"];

        var places = MountSources.PlacesOf(links.Append(links[0]).Select(link => new CriMount { HostPath = link, ContainerPath = "/data" }));

        Assert.Equal([$"{_folder}/disk/sub", $"{_folder}/disk", "/"], links.Select(link => places[link]));
    }
}
