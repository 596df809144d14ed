using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Tests.Monitors;

public sealed class ExecCgroupTests
{
    [Fact]
    public void For_WhenUnified_IsAPlainPath()
    {
        var cgroup = ExecCgroup.For(new Dictionary<string, string> { [""] = "/sys/fs/cgroup/pod/c" }, "1");

        Assert.Equal(["/sys/fs/cgroup/pod/c/exec-1"], cgroup.Directories);
        Assert.Equal(["--cgroup", "exec-1"], cgroup.RuntimeArguments);
    }

    [Fact]
    public void For_WhenHybrid_NamesOneController()
    {
        var cgroup = ExecCgroup.For(
            new Dictionary<string, string>
            {
                [""] = "/sys/fs/cgroup/unified/pod/c",
                ["memory"] = "/sys/fs/cgroup/memory/pod/c",
                ["pids"] = "/sys/fs/cgroup/pids/pod/c",
                ["freezer"] = "/sys/fs/cgroup/freezer/pod/c",
            },
            "1");

        Assert.Equal(["/sys/fs/cgroup/freezer/pod/c/exec-1"], cgroup.Directories);
        Assert.Equal(["--cgroup", "freezer:exec-1"], cgroup.RuntimeArguments);
    }

    [Fact]
    public void For_WhenThereIsNone_Refuses() =>
        Assert.Equal(
            ErrorKind.FailedPrecondition,
            Assert.Throws<RuntimeException>(() => ExecCgroup.For(new Dictionary<string, string> { ["memory"] = "/m" }, "1")).Kind);
}
