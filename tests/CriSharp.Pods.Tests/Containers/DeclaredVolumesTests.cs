using CriSharp.Linux.Files;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Containers;

public sealed class DeclaredVolumesTests : IDisposable
{
    private readonly DirectoryInfo _rootFs = Directory.CreateTempSubdirectory("crisharp-volumes-");

    public void Dispose() => _rootFs.Delete(recursive: true);

    [Fact]
    public void Make_InAUserNamespace_GivesItsRootWhatIsNew()
    {
        _rootFs.CreateSubdirectory("var");

        DeclaredVolumes.Make(_rootFs.FullName, ["/var/lib/db", "/var"], new PodUserNamespace(new IdMapping(0, 200000, 65536), new IdMapping(0, 300000, 65536)));

        Assert.Equal([(0u, 0u), (200000u, 300000u), (200000u, 300000u)], Owners("var", "var/lib", "var/lib/db"));
    }

    [Fact]
    public void Make_WithoutOne_GivesTheHostsRoot()
    {
        DeclaredVolumes.Make(_rootFs.FullName, ["/db"], null);

        Assert.Equal([(0u, 0u)], Owners("db"));
    }

    private (uint User, uint Group)[] Owners(params string[] folders)
    {
        using var tree = DirectoryTree.Open(_rootFs.FullName);
        return [.. folders.Select(folder => tree.TryStat(folder)!.Value).Select(status => (status.UserId, status.GroupId))];
    }
}
