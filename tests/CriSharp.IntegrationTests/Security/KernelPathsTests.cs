using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Security;

/// <summary>masked_paths and readonly_paths in running containers.</summary>
public sealed class KernelPathsTests(SharedInstance shared) : PodTest(shared)
{
    [Theory]
    [InlineData(false, "0\n/proc/sys ro\n")]
    [InlineData(true, "1\n")]
    public async Task Paths_AreMaskedAndReadOnly_UnlessTheContainerIsPrivileged(bool isPrivileged, string expected)
    {
        var pod = await RunPodAsync(pod => pod.Linux.SecurityContext.Privileged = isPrivileged);
        var config = PodConfigs.Container(Image, "sh", "-c", "wc -l < /proc/version; sed -n 's#^[^ ]* \\(/proc/sys\\) [^ ]* \\(r[ow]\\),.*#\\1 \\2#p' /proc/mounts");
        config.Linux.SecurityContext.Privileged = isPrivileged;
        config.Linux.SecurityContext.MaskedPaths.Add("/proc/version");
        config.Linux.SecurityContext.ReadonlyPaths.Add("/proc/sys");

        Assert.Equal(expected, (await pod.RunToEndAsync(config)).Output);
    }
}
