using System.Text.RegularExpressions;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Security;

/// <summary>What belongs to the host or to another container is not found in a container. The names are those of the holes of others.</summary>
public partial class LeakTests(SharedInstance shared) : PodTest(shared)
{
    private const string ListDescriptors = "ls -l /proc/self/fd";

    [Fact]
    public async Task Descriptors_InAContainer_AreItsOwnThree_CVE_2024_21626()
    {
        var pod = await RunPodAsync();

        AssertOwnDescriptors((await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", ListDescriptors))).Output);
    }

    [Fact]
    public async Task Descriptors_InAnExec_AreItsOwnThree_CVE_2016_9962()
    {
        var (_, container) = await RunSleeperAsync();

        AssertOwnDescriptors(await Client.ExecTextAsync(container, "sh", "-c", ListDescriptors));
    }

    /// <summary>What a new container is made with must not be readable, in the instant of its making, by one that shares its processes.</summary>
    [Fact]
    public async Task Descriptors_OfANeighboursExec_AreNotTheHosts_CVE_2016_9962()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);
        var watcher = PodConfigs.Container(
            Image, "sh", "-c", "while :; do for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || ls -l $p/fd 2>/dev/null; done; done");
        watcher.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        var spy = await pod.StartAsync(watcher);
        var sleeper = PodConfigs.Sleeper(Image);
        sleeper.Metadata.Name = "victim";
        sleeper.LogPath = "victim/0.log";
        sleeper.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        var victim = await pod.StartAsync(sleeper);
        for (var i = 0; i < 5; i++)
        {
            await Client.ExecTextAsync(victim, "true");
        }

        await Client.StopAsync(spy, 0);

        Assert.DoesNotContain(Daemon.Folder, RunningPod.LogText(await Client.StatusAsync(spy)));
    }

    [Fact]
    public async Task WorkingDirectory_ThroughADescriptor_IsNeverTheHosts_CVE_2024_21626()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.WorkingDir = "/proc/self/fd/7";

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "/proc/self/fd/7");
    }

    [Fact]
    public async Task Environments_OfContainersMadeAtOnce_DoNotMix_CVE_2021_21334()
    {
        const int Count = 6;
        var pod = await RunPodAsync();
        var runs = Enumerable.Range(0, Count).Select(async number =>
        {
            var config = PodConfigs.Container(Image, "env");
            config.Metadata.Name = $"c{number}";
            config.LogPath = $"c{number}/0.log";
            config.Envs.Add(new KeyValue { Key = $"SECRET{number}", Value = ByteString.CopyFromUtf8($"value{number}") });
            return (await pod.RunToEndAsync(config)).Output;
        });
        var outputs = await Task.WhenAll(runs);
        for (var number = 0; number < Count; number++)
        {
            Assert.Equal([$"SECRET{number}=value{number}"], outputs[number].Split('\n').Where(line => line.StartsWith("SECRET", StringComparison.Ordinal)));
        }
    }

    /// <summary>A pod on the host's network can reach every abstract socket.</summary>
    [Fact]
    public async Task Sockets_OfDaemonAndMonitors_AreNeverAbstract_CVE_2020_15257()
    {
        var (_, container) = await RunSleeperAsync();
        var monitor = Assert.Single(Monitors.Of(Daemon.Folder, container));

        Assert.Empty(AbstractSockets.Of(monitor));
        Assert.Empty(AbstractSockets.Of(Daemon.DaemonPid));
    }

    /// <summary>A program of the image that is an alias of whatever runs it.</summary>
    [Fact]
    public async Task Programs_OfTheHost_AreNotChangedByAContainerThatRunsThem_CVE_2019_5736()
    {
        var before = Programs();
        var pod = await RunPodAsync();
        var script = "printf '#!/proc/self/exe\\n' > /evil; chmod +x /evil; (/evil) 2>/dev/null; for p in /proc/[0-9]*/exe; do (echo x > $p) 2>/dev/null; done; echo done";
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", script + "; sleep 1000"));
        await Client.ExecAsync(container, "sh", "-c", "until [ -x /evil ]; do sleep 0.1; done");
        await Client.ExecAsync(container, "/evil");
        await Client.ExecAsync(container, "/proc/self/exe");

        Assert.Equal(before, Programs());
    }

    private static string Programs() => string.Join(' ', Directory.EnumerateFiles(PublishedPrograms.Folder, "conmon-sharp*").Append(TestNode.RuntimePath)
        .Select(path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))));

    /// <summary>Standard streams, and the folder that is listed, which is closed again before its link is read.</summary>
    private static void AssertOwnDescriptors(string listing)
    {
        var open = DescriptorLine().Matches(listing).ToDictionary(line => line.Groups["number"].Value, line => line.Groups["target"].Value);

        Assert.True(open.Keys.Order(StringComparer.Ordinal).SequenceEqual(["0", "1", "2", "3"]), listing);
        Assert.All((string[])["0", "1", "2"], stream => Assert.True(open[stream] == "/dev/null" || open[stream].StartsWith("pipe:", StringComparison.Ordinal), listing));
        Assert.Matches("^(/proc/[0-9]+/fd)?$", open["3"]);
    }

    [GeneratedRegex("^l[r-][w-]x.* (?<number>[0-9]+)(?: -> (?<target>.*))?$", RegexOptions.Multiline)]
    private static partial Regex DescriptorLine();
}
