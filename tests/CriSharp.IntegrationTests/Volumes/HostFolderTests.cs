using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Volumes;

/// <summary>Folders of the host as volumes, as node agents have them.</summary>
public class HostFolderTests(SharedInstance shared) : PodTest(shared)
{
    /// <summary>An agent that has the host's whole tree must not keep the file trees of the containers that were there when it came.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mount_OfTheHostsRoot_KeepsNoOtherContainersFileTree(bool isLinked)
    {
        var root = isLinked ? Path.Combine(Daemon.Folder, "host") : "/";
        if (isLinked)
        {
            File.CreateSymbolicLink(root, "/");
        }

        var (pod, other) = await RunSleeperAsync();
        var agent = PodConfigs.Sleeper(Image);
        agent.Metadata.Name = "agent";
        agent.LogPath = "agent/0.log";
        agent.Mounts.Add(new Mount { HostPath = root, ContainerPath = "/host", Readonly = true });
        var id = await pod.StartAsync(agent);
        Assert.Contains(other, await Client.ExecTextAsync(id, "cat", "/proc/self/mountinfo"));

        await Client.RemoveAsync(other);

        Assert.DoesNotContain(other, await Client.ExecTextAsync(id, "cat", "/proc/self/mountinfo"));
        if (isLinked)
        {
            File.Delete(root);
        }
    }

    [Fact]
    public async Task Mount_OfALink_ShowsWhatItLeadsTo()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Daemon.Folder, "linked-to")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "behind the link");
        var link = Path.Combine(Daemon.Folder, "link");
        File.CreateSymbolicLink(link, folder);
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "cat", "/data/file");
        config.Mounts.Add(new Mount { HostPath = link, ContainerPath = "/data" });

        Assert.StartsWith("behind the link", (await pod.RunToEndAsync(config)).Output);
        File.Delete(link);
    }
}
