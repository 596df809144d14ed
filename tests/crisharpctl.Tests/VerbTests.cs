using CriSharp.Cri.V1;

namespace CriSharp.Ctl.Tests;

public class VerbTests
{
    [Fact]
    public async Task Version_WhenAsked_NamesTheRuntime()
    {
        await using var server = await FakeCriServer.StartAsync();

        Assert.Contains("fake 7.8", (await server.CtlAsync("version")).Output);
        Assert.Contains("\"runtimeName\": \"fake\"", (await server.CtlAsync("version", "--json")).Output);
    }

    [Fact]
    public async Task AnyVerb_WhenNoSocketIsThere_SaysWhereItLooked()
    {
        var outcome = await FakeCriServer.CtlAsync("/nonexistent/cri.sock", "/nonexistent", "ps");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("/nonexistent/cri.sock", outcome.Error);
    }

    [Fact]
    public async Task AnyVerb_WhenTheRuntimeDoesNotKnowTheCall_SaysUnimplemented()
    {
        await using var server = await FakeCriServer.StartAsync();

        var outcome = await server.CtlAsync("info");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Unimplemented", outcome.Error);
    }

    [Fact]
    public async Task Exec_WhenRun_PassesTheCommandAsItIsAndGivesItsCode()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        var exec = await server.CtlAsync("exec", "abc", "sh", "-c", "x --help");

        Assert.Equal(42, exec.ExitCode);
        Assert.Equal("sh|-c|x --help", exec.Output);
        Assert.Equal("complaint", exec.Error);
    }

    [Fact]
    public async Task Exec_WhenTheNameIsUnknown_SaysNotFoundWithACodeThatIsNotTheContainers()
    {
        await using var server = await FakeCriServer.StartAsync();

        var exec = await server.CtlAsync("exec", "nobody", "true");

        Assert.Equal(125, exec.ExitCode);
        Assert.Contains("'nobody'", exec.Error);
    }

    [Fact]
    public async Task Ps_WhenSomeRun_ListsThoseWithTheirPods()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");
        server.Runtime.AddRunning("pod2", "abc2", "gone");
        server.Runtime.Containers["abc2"].Container.State = ContainerState.ContainerExited;

        var ps = await server.CtlAsync("ps");

        Assert.Contains("web", ps.Output);
        Assert.DoesNotContain("gone", ps.Output);
        Assert.Contains("gone", (await server.CtlAsync("ps", "-a")).Output);
        Assert.Equal("abc1\n", (await server.CtlAsync("ps", "-q")).Output);
    }

    [Fact]
    public async Task Stop_WhenAPodIsNamed_StopsItsContainersWithTheirGraceFirst()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        Assert.Equal(0, (await server.CtlAsync("stop", "-t", "7", "pod1")).ExitCode);
        Assert.Equal(["stop abc1 7", "stopp pod1"], server.Runtime.Calls);
    }

    [Fact]
    public async Task Rm_WhenTheContainerRuns_RefusesUnlessForced()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        var refused = await server.CtlAsync("rm", "pod1");
        var forced = await server.CtlAsync("rm", "-f", "pod1");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--force", refused.Error);
        Assert.Equal(0, forced.ExitCode);
        Assert.Equal(["stopp pod1", "rmp pod1"], server.Runtime.Calls);
    }

    [Theory]
    [InlineData("etc")]
    [InlineData("link/default_web_")]
    public async Task Rm_WhenThePodsAnnotationNamesAFolderThatRunDidNotMake_LeavesIt(string named)
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");
        var etc = Directory.CreateDirectory(Path.Combine(server.LogsFolder, "etc")).FullName;
        var link = Path.Combine(Directory.CreateDirectory(Path.Combine(server.LogsFolder, "link")).FullName, "default_web_");
        Directory.CreateSymbolicLink(link, etc);
        await File.WriteAllTextAsync(Path.Combine(etc, "passwd"), "");
        server.Runtime.Pods["pod1"].Annotations["io.crisharp.ctl/log-directory"] = Path.Combine(server.LogsFolder, named);

        Assert.Equal(0, (await server.CtlAsync("rm", "-f", "web")).ExitCode);

        Assert.Empty(server.Runtime.Pods);
        Assert.True(File.Exists(Path.Combine(etc, "passwd")));
        Assert.True(Directory.Exists(link));
    }

    [Fact]
    public async Task Rm_WhenOneOfSeveralIsUnknown_DoesTheOthersAndReportsIt()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        var removed = await server.CtlAsync("rm", "-f", "nobody", "pod1");

        Assert.Equal(4, removed.ExitCode);
        Assert.Contains("'nobody'", removed.Error);
        Assert.Equal("pod1\n", removed.Output);
    }

    [Fact]
    public async Task Pull_WhenTheRuntimeTellsProgress_SumsItUp()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Images.PullEnds = server.ProgressWasTold;
        server.Images.Progress = new Admin.PullsDocument
        {
            Pulls =
            [
                new Admin.PullDocument
                {
                    Reference = "docker.io/example/image:1",
                    StartedAt = DateTimeOffset.UnixEpoch,
                    LayersDone = 1,
                    LayersTotal = 2,
                    BytesDone = 1_000_000,
                    BytesTotal = 4_000_000,
                },
            ],
        };

        var pull = await server.CtlAsync("pull", "--creds", "me:pass:word", "example/image:1");

        Assert.Equal(0, pull.ExitCode);
        Assert.Contains("4.0 MB, 2 layers in", pull.Error);
        Assert.Equal(("me", "pass:word"), (server.Images.LastAuth!.Username, server.Images.LastAuth.Password));
    }

    [Fact]
    public async Task Pull_WhenItIsNotThere_GivesTheRuntimesWordsInOneLine()
    {
        await using var server = await FakeCriServer.StartAsync();

        var pull = await server.CtlAsync("pull", "example/missing");

        Assert.Equal((4, "crisharpctl pull: no such image in the registry (NotFound)\n"), (pull.ExitCode, pull.Error));
    }

    [Fact]
    public async Task Rmi_WhenShortened_FindsTheImage()
    {
        await using var server = await FakeCriServer.StartAsync();
        await server.CtlAsync("pull", "localhost:5000/example/image:1");

        Assert.Contains("localhost:5000/example/image   1     bbbbbbbbbbbbb   1.2 MB", (await server.CtlAsync("images")).Output);
        Assert.Equal(0, (await server.CtlAsync("rmi", "bbbb")).ExitCode);
        Assert.Empty(server.Images.All);
        Assert.Equal(4, (await server.CtlAsync("rmi", "bbbb")).ExitCode);
    }
}
