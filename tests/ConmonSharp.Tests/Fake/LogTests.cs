using ConmonSharp.Tests.Rig;
using CriSharp.MonitorProtocol;
using CriSharp.TestSupport.FakeRuntime;

namespace ConmonSharp.Tests.Fake;

public class LogTests
{
    [Fact]
    public async Task Log_WhenLinesAreLong_SplitsThemAndKeepsAnUnfinishedOne()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/bash", "-c", "printf '%016384d\\n%016385d\\n%040000d\\n\\nlast' 1 2 3");

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal(
            [("F", 16384), ("P", 16384), ("F", 1), ("P", 16384), ("P", 16384), ("F", 40000 - 32768), ("F", 0), ("P", 4)],
            rig.ReadLog().Select(line => (line.Split(' ')[1], line.Length - "stdout F ".Length)));
    }

    [Fact]
    public async Task Log_WhenMuchIsWritten_IsComplete()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/sh", "-c", "seq 1 300000 & seq 1 300000 >&2; wait");

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        var expected = Enumerable.Range(1, 300000).Select(number => $"{number}").ToArray();
        var lines = rig.ReadLog();
        Assert.Equal(expected, lines.Where(line => line.StartsWith("stdout F ", StringComparison.Ordinal)).Select(line => line[9..]));
        Assert.Equal(expected, lines.Where(line => line.StartsWith("stderr F ", StringComparison.Ordinal)).Select(line => line[9..]));
    }

    [Fact]
    public async Task Reopen_WhenTheFileWasRenamed_GoesOnInANewOne()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var go = rig.Folder + "/go";
        rig.WriteCommand("/bin/sh", "-c", $"mkfifo {go}; echo before; read x <{go}; echo after");
        await rig.LaunchAndStartAsync();
        await Eventually.TrueAsync(() => File.Exists(go) && new FileInfo(rig.LogPath).Length > 0);

        File.Move(rig.LogPath, rig.LogPath + ".1");
        using var peer = rig.Connect();
        peer.Send(MessageType.ReopenLog);
        await peer.ReceiveAsync(MessageType.Ok);

        Assert.True(File.Exists(rig.LogPath));
        File.WriteAllText(go, "x\n");
        await rig.WaitForMonitorAsync();
        Assert.Equal(["stdout F after"], rig.ReadLog());
        Assert.Equal(["stdout F before"], MonitorRig.ReadLog(rig.LogPath + ".1"));
    }

    [Fact]
    public async Task Reopen_WhenItFails_KeepsTheOldFileAndMakesNone()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var go = rig.Folder + "/go";
        rig.WriteCommand("/bin/sh", "-c", $"mkfifo {go}; read x <{go}; echo after");
        await rig.LaunchAndStartAsync();

        File.Move(rig.LogPath, rig.LogPath + ".1");
        File.CreateSymbolicLink(rig.LogPath, rig.Folder + "/elsewhere");
        using var peer = rig.Connect();
        peer.Send(MessageType.ReopenLog);
        var packet = await peer.ReceiveAsync(MessageType.Failed);

        Assert.Contains(rig.LogPath, MonitorMessage.ReadFailure(packet), StringComparison.Ordinal);
        Assert.False(File.Exists(rig.Folder + "/elsewhere"));
        await Eventually.TrueAsync(() => File.Exists(go));
        File.WriteAllText(go, "x\n");
        await rig.WaitForMonitorAsync();
        Assert.Equal(["stdout F after"], MonitorRig.ReadLog(rig.LogPath + ".1"));
    }

    [Fact]
    public async Task Log_WhenItsFolderBecomesALink_IsNotMadeBehindIt()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        var (own, victim) = (Directory.CreateDirectory(rig.Folder + "/main"), Directory.CreateDirectory(rig.Folder + "/victim"));
        rig.Arguments = rig.Arguments with { LogPath = own.FullName + "/0.log", LogDirectory = rig.Folder };
        var go = rig.Folder + "/go";
        rig.WriteCommand("/bin/sh", "-c", $"mkfifo {go}; read x <{go}; echo after");
        await rig.LaunchAndStartAsync();

        own.MoveTo(rig.Folder + "/moved");
        Directory.CreateSymbolicLink(rig.Folder + "/main", victim.FullName);
        using var peer = rig.Connect();
        peer.Send(MessageType.ReopenLog);
        await peer.ReceiveAsync(MessageType.Failed);

        Assert.Empty(victim.GetFileSystemInfos());
        await Eventually.TrueAsync(() => File.Exists(go));
        File.WriteAllText(go, "x\n");
        await rig.WaitForMonitorAsync();
        Assert.Equal(["stdout F after"], MonitorRig.ReadLog(rig.Folder + "/moved/0.log"));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("fifo")]
    [InlineData("folder")]
    public async Task Launch_WhenTheLogIsNoRegularFile_IsRefused(string kind)
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.WriteCommand("/bin/true");
        File.WriteAllText(rig.Folder + "/target", "untouched");
        _ = kind switch
        {
            "link" => File.CreateSymbolicLink(rig.LogPath, rig.Folder + "/target").FullName,
            "fifo" => await MakeFifoAsync(rig.LogPath),
            _ => Directory.CreateDirectory(rig.LogPath).FullName,
        };

        var report = await rig.LaunchAsync();

        Assert.Equal(-1, report.Pid);
        Assert.Contains(rig.LogPath, report.Message, StringComparison.Ordinal);
        Assert.Empty(runtime.Calls);
        Assert.Equal("untouched", File.ReadAllText(rig.Folder + "/target"));
    }

    [Fact]
    public async Task Log_WhenNotWanted_IsReadAndDropped()
    {
        using var runtime = new FakeOciRuntime();
        await using var rig = new MonitorRig(runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { LogPath = null };
        rig.WriteCommand("/bin/sh", "-c", "seq 1 100000; exit 5");

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal(5, rig.ReadExit().ExitCode);
        Assert.False(File.Exists(rig.LogPath));
    }

    private static async Task<string> MakeFifoAsync(string path)
    {
        await CriSharp.Linux.Processes.ProgramRun.RunAsync(
            new CriSharp.Linux.Processes.ProgramCommand { Path = "/usr/bin/mkfifo", Arguments = [path], TimeLimit = MonitorRig.Limit },
            CancellationToken.None);
        return path;
    }
}
