using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Mounts;

public sealed class MountTests : IDisposable
{
    private const string Name = "a-name-of-a-hundred-bytes-or-so-which-is-what-it-takes-to-make-a-path-that-is-longer-than-others-are";
    private const string Far = $"{Name}/{Name}/{Name}/";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Bind_WhenReadOnly_CannotBeWritten()
    {
        _folder.Write("source/f", "x");
        Mounting.Bind(_folder["source"], _folder.Make("target"), readOnly: true);
        Assert.Equal("x", File.ReadAllText(_folder["target/f"]));
        Assert.Throws<IOException>(() => File.WriteAllText(_folder["target/f"], "y"));
        Mounting.Unmount(_folder["target"]);
        Mounting.Unmount(_folder["target"]);
        Mounting.Unmount(_folder["none"]);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["target"]));
    }

    [Fact]
    public void Bind_WhenSourceIsMissing_FailsAndLeavesNothing()
    {
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => Mounting.Bind(_folder["none"], _folder.Make("target"))).ErrorNumber);
        Assert.False(MountTable.IsMountPoint(_folder["target"]));
    }

    [Fact]
    public void Tmpfs_WhenMounted_HasSizeModeAndFlags()
    {
        Mounting.Tmpfs(_folder.Make("shm with space"), 1 << 20, 0x3FF);
        var entry = Assert.Single(MountTable.Read(), entry => entry.Target == _folder["shm with space"]);
        Assert.Equal("tmpfs", entry.Type);
        Assert.Contains("nosuid,nodev,noexec", entry.Options, StringComparison.Ordinal);
        Assert.Contains("size=1024k", entry.SuperOptions, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0x3FF, File.GetUnixFileMode(_folder["shm with space"]));
        Assert.Equal(1 << 20, FileSystemSpace.Of(_folder["shm with space"]).TotalBytes);
        Assert.Equal(entry, MountTable.Covering(_folder["shm with space/x/y"]));
    }

    [Fact]
    public void SetPropagation_WhenShared_IsInTheTable()
    {
        Mounting.Tmpfs(_folder.Make("shared"), 1 << 20, Permissions.PublicFolder);
        Mounting.SetPropagation(_folder["shared"], MountPropagation.Shared);
        Assert.StartsWith("shared:", MountTable.Covering(_folder["shared"])!.Propagation, StringComparison.Ordinal);
        Mounting.SetPropagation(_folder["shared"], MountPropagation.Private);
        Assert.Equal("", MountTable.Covering(_folder["shared"])!.Propagation);
    }

    [Fact]
    public void Covering_WhenMountsLieOverEachOther_IsTheTopmost()
    {
        Mounting.Tmpfs(_folder.Make("stack"), 1 << 20, Permissions.PublicFolder);
        Mounting.Tmpfs(_folder["stack"], 2 << 20, Permissions.PublicFolder);

        Assert.Contains("size=2048k", MountTable.Covering(_folder["stack/x"])!.SuperOptions, StringComparison.Ordinal);
    }

    [Fact]
    public void Unmount_WhenInUse_IsBusyUnlessLazy()
    {
        Mounting.Tmpfs(_folder.Make("busy"), 1 << 20, Permissions.PublicFolder);
        using (File.Create(_folder["busy/f"]))
        {
            Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(() => Mounting.Unmount(_folder["busy"])).ErrorNumber);
            Mounting.Unmount(_folder["busy"], lazy: true);
        }

        Assert.False(MountTable.IsMountPoint(_folder["busy"]));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(true, OverlayMount.LowerLimit)]
    public void Overlay_WhenMountedEitherWay_ShowsAllLowers(bool classic, int count)
    {
        var lowers = new List<string>();
        for (var i = 0; i < count; i++)
        {
            _folder.Write($"layers, with: odd \\ names and a length {i}/f{i}", "");
            lowers.Add(_folder[$"layers, with: odd \\ names and a length {i}"]);
        }

        var (upper, work, target) = (_folder.Make("upper"), _folder.Make("work"), _folder.Make("target"));
        if (classic)
        {
            OverlayMount.MountClassic(lowers, upper, work, target, MountFlags.NoDevices, ["index=off"]);
        }
        else
        {
            OverlayMount.Mount(lowers, upper, work, target, MountFlags.NoDevices, "index=off");
        }

        Assert.Equal(count, Directory.GetFiles(target).Length);
        File.WriteAllText(Path.Combine(target, "f0"), "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(upper, "f0")));
        Assert.Contains("nodev", MountTable.Covering(target)!.Options, StringComparison.Ordinal);
        // The threads of the pool stay in their working folder.
        Assert.NotEqual("/proc/self/fd", Directory.GetCurrentDirectory());
    }

    [Theory] // fsconfig takes 255 bytes, and the container's folders may lie deeper than the layers.
    [InlineData("", Far)]
    [InlineData(Far, "")]
    public void Overlay_WhenSomePathIsLong_IsMountedAllTheSame(string lowers, string own)
    {
        _folder.Write("a/f", "1");
        _folder.Write($"{lowers}b/g", "2");
        var (upper, target) = (_folder.Make($"{own}upper"), _folder.Make("target"));

        OverlayMount.Mount([_folder["a"], _folder[$"{lowers}b"]], upper, _folder.Make($"{own}work"), target);

        Assert.Equal(("1", "2"), (File.ReadAllText(Path.Combine(target, "f")), File.ReadAllText(Path.Combine(target, "g"))));
        File.WriteAllText(Path.Combine(target, "f"), "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(upper, "f")));
    }

    [Fact]
    public void Overlay_WhenItCannotBe_SaysWhyAndLeavesNothing()
    {
        var failure = Assert.Throws<LinuxException>(() => OverlayMount.Mount([_folder["none"]], _folder.Make("upper"), _folder.Make("work"), _folder.Make("target")));
        Assert.Equal(Errno.ENOENT, failure.ErrorNumber);
        Assert.False(MountTable.IsMountPoint(_folder["target"]));
        var twice = Assert.Throws<LinuxException>(() => OverlayMount.Mount([_folder.Make("a"), _folder["a"]], null, null, _folder["target"]));
        Assert.Equal(Errno.ELOOP, twice.ErrorNumber);
        var unknown = Assert.Throws<LinuxException>(() => OverlayMount.Mount([_folder["a"]], _folder["upper"], _folder["work"], _folder["target"], MountFlags.None, "nonsense"));
        Assert.Contains("Unknown parameter 'nonsense'", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OverlayMount.Mount([], null, null, _folder["target"]));
    }

    [Fact]
    public void Parse_WhenFieldsAreEscapedOrOptional_ReadsThem()
    {
        var entry = Assert.Single(MountTable.Parse("36 35 98:0 /mnt1 /mnt\\040two\\134 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"));
        Assert.Equal(new MountEntry(36, 35, (98, 0), "/mnt1", "/mnt two\\", "rw,noatime", "master:1 shared:2", "ext3", "/dev/root", "rw,errors=continue"), entry);
        Assert.Throws<FormatException>(() => MountTable.Parse("garbage\n"));
    }

    public void Dispose() => _folder.Dispose();
}
