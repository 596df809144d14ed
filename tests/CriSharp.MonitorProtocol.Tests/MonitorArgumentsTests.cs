namespace CriSharp.MonitorProtocol.Tests;

public class MonitorArgumentsTests
{
    private static readonly MonitorArguments Least = new()
    {
        Id = "c1",
        Bundle = "/b",
        Runtime = "/usr/sbin/runc",
        PidFile = "/b/pid",
        ExitFile = "/s/exit",
        Socket = "/b/monitor.sock",
    };

    [Fact]
    public void Parse_WhenBuiltWithEverything_GivesTheSame()
    {
        var full = Least with
        {
            RuntimeArguments = ["--root", "/r", "--systemd-cgroup"],
            LogPath = "/log/0.log",
            LogDirectory = "/log",
            LogLineLimitBytes = 100,
            ReportDescriptor = 7,
            MonitorCgroups = ["/sys/fs/cgroup/memory/m", "/sys/fs/cgroup/pids/m"],
            Terminal = true,
            Stdin = true,
            StdinOnce = true,
            OutOfMemoryScore = -999,
            StreamOwner = new StreamOwnerIds(100000, 4294967294),
            CreateTimeout = TimeSpan.FromSeconds(9),
            ExecTimeout = TimeSpan.FromSeconds(7),
        };

        var read = MonitorArguments.Parse(full.ToArguments());

        Assert.Equal(full.RuntimeArguments, read.RuntimeArguments);
        Assert.Equal(full.MonitorCgroups, read.MonitorCgroups);
        Assert.Equal(full, read with { RuntimeArguments = full.RuntimeArguments, MonitorCgroups = full.MonitorCgroups });
    }

    [Fact]
    public void Parse_WhenOnlyTheNeeded_HasDefaults()
    {
        var read = MonitorArguments.Parse(Least.ToArguments());

        Assert.Null(read.LogPath);
        Assert.Equal(16384, read.LogLineLimitBytes);
        Assert.Equal(3, read.ReportDescriptor);
        Assert.Null(read.OutOfMemoryScore);
    }

    [Theory]
    [InlineData("--id")]
    [InlineData("--socket")]
    [InlineData("--exit-file")]
    public void Parse_WhenANeededOptionIsAbsent_NamesIt(string option)
    {
        var arguments = Least.ToArguments().ToList();
        arguments.RemoveRange(arguments.IndexOf(option), 2);

        Assert.Contains(option, Assert.Throws<FormatException>(() => MonitorArguments.Parse(arguments)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--frobnicate", "x")]
    [InlineData("--log-line-limit", "0")]
    [InlineData("--oom-score-adj", "-1001")]
    [InlineData("--create-timeout", "soon")]
    [InlineData("--exec-timeout", "0")]
    [InlineData("--stream-owner", "root")]
    [InlineData("--stream-owner", "1:-1")]
    public void Parse_WhenAnOptionIsWrong_NamesIt(string option, string value) =>
        Assert.Contains(
            option,
            Assert.Throws<FormatException>(() => MonitorArguments.Parse([.. Least.ToArguments(), option, value])).Message,
            StringComparison.Ordinal);
}
