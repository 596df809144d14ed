using System.Text.Json;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>crictl, which is not ours, where it is at hand: in the PATH, or where CRISHARP_CRICTL says. contrib/docs/crictl.md shows all its commands.</summary>
public sealed class CrictlTests(SharedInstance shared) : PodTest(shared), IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crictl-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [CrictlFact]
    public async Task Commands_FromRunpToRmp_WorkOnAPod()
    {
        var podConfig = Write("pod.json", $$"""
            {"metadata": {"name": "shown", "namespace": "tests", "uid": "u1"}, "log_directory": "{{Daemon.PodLogs}}/shown", "linux": {"cgroup_parent": "{{Daemon.CgroupParent}}"} }
            """);
        var containerConfig = Write("container.json", $$"""
            {"metadata": {"name": "main"}, "image": {"image": "{{Image}}"}, "command": ["sh", "-c", "echo hello; exec sleep 1000"], "log_path": "main.log"}
            """);

        Assert.Contains("crisharp", await RunAsync("version"), StringComparison.Ordinal);
        var pod = await RunAsync("runp", podConfig);
        var container = await RunAsync("create", pod, containerConfig, podConfig);
        await RunAsync("start", container);

        Assert.Contains("shown", await RunAsync("pods"), StringComparison.Ordinal);
        Assert.Contains("main", await RunAsync("ps"), StringComparison.Ordinal);
        Assert.Equal("hi", await RunAsync("exec", "-s", container, "echo", "hi"));
        Assert.Equal("hi", await RunAsync("exec", container, "echo", "hi"));
        Assert.Equal("hello", await RunAsync("logs", container));
        Assert.Equal("sh", Info(await RunAsync("inspect", container)).GetProperty("runtimeSpec").GetProperty("process").GetProperty("args")[0].GetString());
        Assert.NotEqual(0, Info(await RunAsync("inspectp", pod)).GetProperty("cniResult").GetProperty("ips").GetArrayLength());
        Assert.Equal("linux", Info(await RunAsync("inspecti", Image)).GetProperty("imageSpec").GetProperty("os").GetString());
        Assert.Contains(container, await RunAsync("stats", "-o", "json"), StringComparison.Ordinal);

        await RunAsync("update", "--cpu-share", "512", container);
        await RunAsync("stop", "--timeout", "0", container);
        Assert.Contains("Exited", await RunAsync("ps", "-a"), StringComparison.Ordinal);
        await RunAsync("rm", container);
        await RunAsync("stopp", pod);
        await RunAsync("rmp", pod);
        Assert.Equal("", await RunAsync("pods", "-q"));
    }

    private static JsonElement Info(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("info").Clone();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <returns>What it prints, without the last line's end.</returns>
    private async Task<string> RunAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = CrictlFactAttribute.Program!,
                Arguments = ["--runtime-endpoint", $"unix://{Daemon.Socket}", .. arguments],
                Environment = ["PATH=/usr/bin:/bin", $"HOME={_folder}"],
                TimeLimit = TimeSpan.FromSeconds(60),
            },
            CancellationToken.None);
        Assert.True(run.Exit.ShellCode == 0, $"crictl {string.Join(' ', arguments)}: {run.StandardErrorText}");
        return run.StandardOutputText.TrimEnd('\n');
    }
}
