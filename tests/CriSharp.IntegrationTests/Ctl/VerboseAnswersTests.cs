using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>What people ask for who look into one thing: as crisharpctl prints it, which asks for it by the CRI.</summary>
public class VerboseAnswersTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Inspect_OfContainerPodAndImage_TellsSpecProcessAndNetwork()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));

        var ofContainer = await InspectAsync(container);
        Assert.Equal("sh", ofContainer.GetProperty("runtimeSpec").GetProperty("process").GetProperty("args")[0].GetString());
        Assert.True(Directory.Exists($"/proc/{ofContainer.GetProperty("pid").GetInt32()}"));
        Assert.False(ofContainer.GetProperty("privileged").GetBoolean());

        var ofPod = await InspectAsync(pod.Id);
        var address = (await Client.PodStatusAsync(pod.Id)).Network.Ip;
        Assert.StartsWith(address + "/", ofPod.GetProperty("cniResult").GetProperty("ips")[0].GetProperty("address").GetString(), StringComparison.Ordinal);
        Assert.True(File.Exists(ofPod.GetProperty("netNamespace").GetString()));

        var ofImage = await InspectAsync(Image);
        Assert.Equal("linux", ofImage.GetProperty("imageSpec").GetProperty("os").GetString());
        Assert.StartsWith("sha256:", ofImage.GetProperty("imageSpec").GetProperty("rootfs").GetProperty("diff_ids")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatsAndTop_WithoutATerminal_ShowARunningContainerOnce()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "while :; do :; done"));

        var top = (await CtlAsync("top", pod.Id)).StandardOutputText.TrimEnd().Split('\n');

        Assert.Equal(2, top.Length);
        Assert.StartsWith(container[..13], top[1], StringComparison.Ordinal);
        Assert.Contains(container, (await CtlAsync("stats", "--json")).StandardOutputText, StringComparison.Ordinal);
        var status = (await CtlAsync("status")).StandardOutputText;
        Assert.Contains("cgroup driver:", status, StringComparison.Ordinal);
        Assert.Matches("program: +/.+ [0-9]", status);
        Assert.Matches("disk: +[1-9].* free", status);
    }

    [Fact]
    public async Task Completion_OfAContainersName_AsksTheDaemon()
    {
        var pod = await RunPodAsync();
        await pod.StartAsync(PodConfigs.Sleeper(Image));

        // It gives up after a second, which a busy machine may need for less.
        for (var tries = 1; (await CtlAsync("__complete", "--", "logs", "m")).StandardOutputText != "main\n"; tries++)
        {
            Assert.True(tries < 20, "it never knows the container's name");
        }
    }

    private async Task<JsonElement> InspectAsync(string id)
    {
        using var document = JsonDocument.Parse((await CtlAsync("inspect", id)).StandardOutputText);
        return document.RootElement.GetProperty("info").Clone();
    }

    private Task<ProgramOutput> CtlAsync(params string[] arguments) => ProgramRun.RunAsync(
        new ProgramCommand { Path = PublishedPrograms.Ctl, Arguments = arguments, Environment = [$"CONTAINER_RUNTIME_ENDPOINT=unix://{Daemon.Socket}", "PATH=/usr/bin:/bin"], TimeLimit = TimeSpan.FromSeconds(60) },
        CancellationToken.None);
}
