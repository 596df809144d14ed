using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Files;

namespace CriSharp.Daemon.Tests;

public sealed class HostChecksTests
{
    [Theory]
    [InlineData("6.12.1-amd64", "Ok")]
    [InlineData("5.14.0", "Ok")]
    [InlineData("5.10.0-8", "Warning")]
    [InlineData("5.4.0-generic", "Error")]
    [InlineData("4.19.0", "Error")]
    [InlineData("who knows", "Warning")]
    public void Kernel_IsJudgedByItsVersion(string release, string level)
    {
        var finding = KernelCheck.Judge(release);
        Assert.Equal(level, finding.Level.ToString());
        Assert.Contains(release, finding.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Systemd", false, "Error")]
    [InlineData("Systemd", true, "Ok")]
    [InlineData("Cgroupfs", true, "Warning")]
    [InlineData("Cgroupfs", false, "Ok")]
    public void Driver_MustFitToWhatRuns(string manager, bool hasSystemd, string level) =>
        Assert.Equal(level, CgroupsCheck.Driver(Enum.Parse<CgroupManager>(manager), hasSystemd).Level.ToString());

    [Theory]
    [InlineData("V1", "Warning")]
    [InlineData("Hybrid", "Warning")]
    [InlineData("V2", "Ok")]
    public void Cgroups_ShouldBeV2(string mode, string level) => Assert.Equal(level, CgroupsCheck.Version(Enum.Parse<CgroupMode>(mode)).Level.ToString());

    [Fact]
    public void Libraries_ThatAreMissing_AreNamedWithTheirPackages()
    {
        Assert.All(LibrariesCheck.Judge(true, true), finding => Assert.Equal(CheckLevel.Ok, finding.Level));
        Assert.Contains(LibrariesCheck.Judge(false, true), finding => finding.Level == CheckLevel.Warning && finding.Words.Contains("libzstd1", StringComparison.Ordinal));
        Assert.Contains(LibrariesCheck.Judge(true, false), finding => finding.Level == CheckLevel.Ok && finding.Words.Contains("libisal2", StringComparison.Ordinal));
    }

    [Fact]
    public void Overlay_IsLookedForAmongTheFileSystems()
    {
        Assert.Equal(CheckLevel.Ok, OverlayCheck.Judge(["nodev\tproc", "nodev\toverlay"]).Level);
        Assert.Equal(CheckLevel.Warning, OverlayCheck.Judge(["nodev\tproc", "\text4"]).Level);
    }

    [Theory]
    [InlineData(true, "63000\n", "Ok")]
    [InlineData(true, "0\n", "Warning")]
    [InlineData(true, "", "Warning")]
    [InlineData(false, "63000", "Warning")]
    public void UserNamespaces_NeedTheKernelAndALimit(bool hasKind, string limit, string level) => Assert.Equal(level, UserNamespacesCheck.Judge(hasKind, limit).Level.ToString());

    [Fact]
    public void Seccomp_IsNeeded()
    {
        Assert.Equal(CheckLevel.Ok, SecurityCheck.Seccomp("Name:\tx\nSeccomp:\t0\n").Level);
        Assert.Equal(CheckLevel.Error, SecurityCheck.Seccomp("Name:\tx\n").Level);
    }

    [Theory]
    [InlineData(10L << 30, 1_000_000, "Ok")]
    [InlineData(10L << 30, 5_000, "Warning")]
    [InlineData(100L << 20, 1_000_000, "Warning")]
    public void Disk_NeedsRoomAndInodes(long free, long inodes, string level) =>
        Assert.Equal(level, DiskCheck.Judge("/r", new FileSystemSpace(20L << 30, free, 2_000_000, inodes)).Level.ToString());

    [Fact]
    public void Disk_OfARootThatIsNotThereYet_IsTheNearestFoldersOne() => Assert.Equal("/proc", DiskCheck.Nearest("/proc/no/such/folder"));

    [Fact]
    public void Socket_MustNotBeOthersToReplace()
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(CheckLevel.Ok, SocketCheck.Judge("/run/crisharp", Owner).Level);
        Assert.Equal(CheckLevel.Warning, SocketCheck.Judge("/tmp", Owner | UnixFileMode.OtherWrite | UnixFileMode.StickyBit).Level);
        Assert.Equal(CheckLevel.Error, SocketCheck.Judge("/x", Owner | UnixFileMode.GroupWrite).Level);
    }

    [Fact]
    public void Runtime_WithHolesIsWarnedOf_AndOneThatDoesNotRunIsAnError()
    {
        var old = new RuntimeFindings("runc", "/r", "runc version 1.1.5", RuntimeHole.Of("runc version 1.1.5"));
        Assert.Equal([CheckLevel.Ok, CheckLevel.Warning], RuntimesCheck.Judge("runtime runc", old, CgroupMode.V2).Select(finding => finding.Level));
        var broken = new RuntimeFindings("runc", "/r", "", [], "no such file");
        Assert.Equal([CheckLevel.Error], RuntimesCheck.Judge("runtime runc", broken, CgroupMode.V2).Select(finding => finding.Level));
        var crun = new RuntimeFindings("crun", "/c", "crun version 1.21", []);
        Assert.Equal([CheckLevel.Ok, CheckLevel.Error], RuntimesCheck.Judge("runtime crun", crun, CgroupMode.Hybrid).Select(finding => finding.Level));
        Assert.Equal([CheckLevel.Ok], RuntimesCheck.Judge("runtime crun", crun, CgroupMode.V2).Select(finding => finding.Level));
    }

    [Fact]
    public void Finding_IsOneLine() => Assert.Equal("warning  disk: is full", CheckFinding.Warning("disk", "is full").ToString());
}
