using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Tests;

public sealed class CdiDeviceNamesTests
{
    private static ContainerConfig Asking(params string[] names) => new() { CDIDevices = { names.Select(name => new CDIDevice { Name = name }) } };

    [Fact]
    public void Names_OfFieldAndAnnotations_ComeOnceAndInOrder()
    {
        var config = Asking("vendor.com/gpu=1", "vendor.com/gpu=0", "vendor.com/gpu=1");
        config.Annotations["cdi.k8s.io/vendor.com_b"] = "vendor.com/gpu=0,other.org/net=eth-0";
        config.Annotations["cdi.k8s.io/vendor.com_a"] = "a.b/c=d:e";
        config.Annotations["io.kubernetes.cdi.k8s.io/x"] = "not/ours=1";

        Assert.Equal(["vendor.com/gpu=1", "vendor.com/gpu=0", "a.b/c=d:e", "other.org/net=eth-0"], CdiDeviceNames.Asked(config));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu0")]
    [InlineData("/dev/fuse")]
    [InlineData("vendor.com=gpu0")]
    [InlineData("vendor.com/gpu")]
    [InlineData("vendor.com/gpu=")]
    [InlineData("vendor.com/=0")]
    [InlineData("/gpu=0")]
    [InlineData("0vendor/gpu=0")]
    [InlineData("vendor/gpu/x=0")]
    [InlineData("vendor/gpu=0/1")]
    [InlineData("vendor/gpu=-0")]
    [InlineData("vendor/gpu=0.")]
    [InlineData("vendor/gpu=a\nb")]
    [InlineData("../etc=x")]
    public void Name_ThatIsNone_IsRefusedWhereverItStands(string name)
    {
        Refused.Invalid("CDI_devices", () => CdiDeviceNames.Asked(Asking(name)));
        Refused.Invalid("cdi.k8s.io/x", () => CdiDeviceNames.Asked(new ContainerConfig { Annotations = { ["cdi.k8s.io/x"] = name } }));
    }

    /// <summary>CVE-2026-53492: only the container's own request counts. A pod's annotations are its author's, and an image's labels its maker's.</summary>
    [Fact]
    public void Cve202653492_NamesOfPodAndImage_AreNotHeard()
    {
        var input = Requests.Plain();
        input.Sandbox.Annotations["cdi.k8s.io/x"] = "vendor.com/gpu=0";
        input.Config.Image.Annotations["cdi.k8s.io/x"] = "vendor.com/gpu=0";
        input.Config.Labels["cdi.k8s.io/x"] = "vendor.com/gpu=0";
        var image = input.Image with { Labels = new Dictionary<string, string> { ["cdi.k8s.io/x"] = "vendor.com/gpu=0" } };

        Assert.Empty(CdiDeviceNames.Asked(input.Config));
        Assert.Equal(
            ContainerSpec.Build(Requests.Plain()).Spec.ToJson(), ContainerSpec.Build(input with { Image = image }).Spec.ToJson());
    }
}
