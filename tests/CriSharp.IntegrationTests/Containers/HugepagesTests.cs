using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>A kubelet gives every container a limit for each size of huge pages that the node has, also where no controller can keep it.</summary>
public sealed class HugepagesTests(SharedInstance shared) : PodTest(shared)
{
    private const string Sizes = "/sys/kernel/mm/hugepages";

    [Fact]
    public async Task CreateContainer_WithALimitForEachSize_IsMade()
    {
        var sizes = Directory.Exists(Sizes) ? Directory.EnumerateDirectories(Sizes).Select(NameOf).ToArray() : ["2MB"];

        var (pod, container) = await RunSleeperAsync(
            config => config.Linux = new LinuxContainerConfig
            {
                Resources = new LinuxContainerResources { HugepageLimits = { sizes.Select(size => new HugepageLimit { PageSize = size }) } },
            });

        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        await pod.EndAsync();
    }

    private static string NameOf(string folder)
    {
        var kilobytes = int.Parse(Path.GetFileName(folder)["hugepages-".Length..^"kB".Length], System.Globalization.CultureInfo.InvariantCulture);
        return kilobytes >= 1 << 20 ? $"{kilobytes >> 20}GB" : kilobytes >= 1 << 10 ? $"{kilobytes >> 10}MB" : $"{kilobytes}KB";
    }
}
