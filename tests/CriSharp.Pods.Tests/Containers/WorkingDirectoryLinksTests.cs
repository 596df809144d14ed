using CriSharp.Linux.Files;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

public sealed class WorkingDirectoryLinksTests : IDisposable
{
    private readonly DirectoryInfo _rootFs = Directory.CreateTempSubdirectory("pods-tests-");

    public WorkingDirectoryLinksTests()
    {
        _rootFs.CreateSubdirectory("srv/data");
        _rootFs.CreateSubdirectory("proc/hidden");
    }

    public void Dispose() => TreeRemoval.Remove(_rootFs.FullName);

    [Theory]
    [InlineData("/x/7", "x", "/proc/self/fd")]
    [InlineData("/x/self/fd/7", "x", "proc")]
    [InlineData("/srv/x/7", "srv/x", "../proc/self/fd")]
    [InlineData("/srv/x/7", "srv/x", "../../../../proc/self/fd")]
    [InlineData("/srv/x/7", "srv/x", "data/.././/../proc/self/fd")]
    [InlineData("/x/7", "x", "y", "y", "/srv/../z", "z", "/proc/self/fd")]
    [InlineData("/x/7", "x", "/dev/fd")]
    [InlineData("/x", "x", "/dev/fd/7")]
    [InlineData("/x/7", "x", "/sys/devices/virtual/net/lo/subsystem/../../../proc/self/fd")]
    [InlineData("/x/fd/7", "x", "/dev/shm/..")]
    public void Check_WhenALinkLeadsToAProcessesDescriptors_IsRefused_CVE_2024_21626(string path, params string[] namesAndTargets)
    {
        Link(namesAndTargets);

        var refused = Assert.Throws<RuntimeException>(() => WorkingDirectoryLinks.Check(_rootFs.FullName, path));

        Assert.Equal(ErrorKind.InvalidArgument, refused.Kind);
        Assert.Contains($"working directory \"{path}\"", refused.Message);
        Assert.Contains("links of the image", refused.Message);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/srv/data")]
    [InlineData("/not/there")]
    [InlineData("/proc/hidden")]
    [InlineData("/proc/sys")]
    [InlineData("/x", "x", "/srv/data")]
    [InlineData("/x/y", "x", "srv/data/../..", "y", "srv")]
    [InlineData("/x", "x", "/dev/shm/mine")]
    [InlineData("/x", "x", "/sys/fs/cgroup")]
    [InlineData("/x/proc/self/fd", "x", "srv")]
    [InlineData("/x/y", "x", "nowhere")]
    [InlineData("/x", "x", "/srv/data/proc")]
    public void Check_OfAnyOtherPath_Passes(string path, params string[] namesAndTargets)
    {
        Link(namesAndTargets);

        WorkingDirectoryLinks.Check(_rootFs.FullName, path);
    }

    [Fact]
    public void Check_WhenLinksGoInACircle_IsRefused()
    {
        Link("x", "y", "y", "x");

        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => WorkingDirectoryLinks.Check(_rootFs.FullName, "/x")).Kind);
    }

    /// <summary>A name that is no UTF-8 must be the same name when it is looked up again.</summary>
    [Fact]
    public void Check_WhenALinkHasNamesOfBytes_FollowsThem()
    {
        using var tree = DirectoryTree.Open(_rootFs.FullName);
        tree.MakeDirectory(new byte[] { 0xFF }, Permissions.PublicFolder);
        tree.Symlink("x", new byte[] { 0xFF, (byte)'/', (byte)'y' });
        tree.Symlink(new byte[] { 0xFF, (byte)'/', (byte)'y' }, "/proc/self/fd");

        Assert.Throws<RuntimeException>(() => WorkingDirectoryLinks.Check(_rootFs.FullName, "/x/7"));
    }

    private void Link(params string[] namesAndTargets)
    {
        foreach (var pair in namesAndTargets.Chunk(2))
        {
            File.CreateSymbolicLink(Path.Combine(_rootFs.FullName, pair[0]), pair[1]);
        }
    }
}
