using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Tests.Files;

/// <summary>A kernel without SELinux keeps the attribute too, as any other.</summary>
public sealed class SelinuxTreeTests : IDisposable
{
    private const string Wanted = "system_u:object_r:container_file_t:s0:c1,c2";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string? LabelOf(string name)
    {
        using var parent = HostPath.Open(Path.GetDirectoryName(_folder[name])!, OpenFlags.ReadOnly | OpenFlags.Directory);
        var value = ExtendedAttributes.TryGet(parent, Path.GetFileName(name), "security.selinux");
        return value is null ? null : Encoding.UTF8.GetString(value).TrimEnd('\0');
    }

    [Fact]
    public void Label_OfAFolder_ReachesAllBelowItAndNothingBehindLinks()
    {
        _folder.Write("outside/file", "x");
        _folder.Write("volume/deep/file", "x");
        Directory.CreateSymbolicLink(_folder["volume/link"], _folder["outside"]);

        SelinuxTree.Label(_folder["volume"], Wanted);

        Assert.Equal([Wanted, Wanted, Wanted, Wanted], ((string[])["volume", "volume/deep", "volume/deep/file", "volume/link"]).Select(LabelOf));
        Assert.NotEqual(Wanted, LabelOf("outside"));
        Assert.NotEqual(Wanted, LabelOf("outside/file"));
    }

    [Fact]
    public void Label_OfAFile_IsItsAlone()
    {
        _folder.Write("a", "x");
        _folder.Write("b", "x");

        SelinuxTree.Label(_folder["a"], Wanted);

        Assert.Equal(Wanted, LabelOf("a"));
        Assert.NotEqual(Wanted, LabelOf("b"));
    }

    [Fact]
    public void Label_WhereTheTopHasItAlready_WalksNoFurther()
    {
        _folder.Write("volume/old", "x");
        SelinuxTree.Label(_folder["volume"], Wanted);
        _folder.Write("volume/new", "x");

        SelinuxTree.Label(_folder["volume"], Wanted);
        Assert.NotEqual(Wanted, LabelOf("volume/new"));

        SelinuxTree.Label(_folder["volume"], Wanted + ",c3");
        Assert.Equal(Wanted + ",c3", LabelOf("volume/new"));
    }
}
