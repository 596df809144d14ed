using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>A vendor's devices in real containers: what its file says is there.</summary>
public sealed class CdiDevicesTests(SharedInstance shared) : PodTest(shared), IAsyncLifetime
{
    private string _work = "";

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _work = Directory.CreateTempSubdirectory("cdi-work-").FullName;
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        try
        {
            await DisposeAsync();
        }
        finally
        {
            Directory.Delete(_work, recursive: true);
            foreach (var file in Directory.GetFiles(Shared.CdiFolder))
            {
                File.Delete(file);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Device_OfAYamlFile_BringsVariableNodeMountGroupAndHook(bool isPrivileged)
    {
        File.WriteAllText(Path.Combine(_work, "library"), "from the vendor\n");
        WriteYaml();
        var pod = await RunPodAsync(pod => pod.Linux.SecurityContext.Privileged = isPrivileged);
        var config = PodConfigs.Container(
            Image, "sh", "-c", "echo $VENDOR $GPU; stat -c '%F %t:%T %a' /dev/gpu0; echo lost > /dev/gpu0; cat /usr/lib/vendor; (echo x > /usr/lib/vendor) 2>/dev/null || echo refused; id -G");
        config.Linux.SecurityContext.Privileged = isPrivileged;
        config.Envs.Add(new KeyValue { Key = "GPU", Value = Google.Protobuf.ByteString.CopyFromUtf8("the pod's") });
        config.CDIDevices.Add(new CDIDevice { Name = "vendor.example/gpu=0" });

        var run = await pod.RunToEndAsync(config);

        Assert.Equal("ours 0\ncharacter special file 1:3 640\nfrom the vendor\nrefused\n0 4711\n", run.Output);
        Assert.Equal("0,4711", string.Join(',', run.Status.User.Linux.SupplementalGroups));
        Assert.Contains($"\"id\":\"{run.Status.Id}\"", File.ReadAllText(Path.Combine(_work, "hook")));
    }

    [Fact]
    public async Task Device_OfAJsonFile_MayOnlyBeUsedAsItSays()
    {
        File.WriteAllText(Path.Combine(Shared.CdiFolder, "vendor.json"), """
            {"cdiVersion": "0.6.0", "kind": "vendor.example/zero", "devices": [
              {"name": "all", "containerEdits": {"deviceNodes": [{"path": "/dev/vendor/zero", "hostPath": "/dev/zero"}]}},
              {"name": "kmsg", "containerEdits": {"deviceNodes": [{"path": "/dev/vendor/kmsg", "hostPath": "/dev/kmsg", "permissions": "none"}]}}]}
            """);
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(
            Image, "sh", "-c", "head -c 3 /dev/vendor/zero | wc -c; (head -c 1 /dev/vendor/kmsg) 2>&1 | grep -c 'not permitted'");
        config.CDIDevices.Add(new CDIDevice { Name = "vendor.example/zero=all" });
        config.Annotations["cdi.k8s.io/plugin_1"] = "vendor.example/zero=kmsg";

        Assert.Equal("3\n1\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Device_ThatIsInNoFile_IsNamedAndLeavesNothing()
    {
        File.WriteAllText(Path.Combine(Shared.CdiFolder, "bad.yaml"), "cdiVersion: 0.6.0\nkind: vendor.example/gpu\nnonsense: 1\n");
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.CDIDevices.Add(new CDIDevice { Name = "vendor.example/gpu=0" });

        await AssertFailsAsync(
            StatusCode.FailedPrecondition, () => pod.CreateAsync(config), "vendor.example/gpu=0", Shared.CdiFolder, "bad.yaml: nonsense is an unknown field");
        config.CDIDevices[0].Name = "gpu0";
        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "\"gpu0\"");

        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Hook_ThatFails_FailsTheCreateAndLeavesNothing()
    {
        File.WriteAllText(
            Path.Combine(Shared.CdiFolder, "v.yaml"),
            "cdiVersion: 0.6.0\nkind: vendor.example/gpu\ndevices: [{name: d, containerEdits: {hooks: [{hookName: createRuntime, path: /bin/sh, args: [sh, -c, exit 7]}]}}]\n");
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Container(Image, "true");
        config.CDIDevices.Add(new CDIDevice { Name = "vendor.example/gpu=d" });

        var failure = await Assert.ThrowsAsync<RpcException>(() => pod.CreateAsync(config));

        Assert.Contains("hook", failure.Status.Detail);
        await AssertSameAsync(before);
    }

    private void WriteYaml() => File.WriteAllText(Path.Combine(Shared.CdiFolder, "vendor.yaml"), $"""
        cdiVersion: 0.7.0
        kind: vendor.example/gpu
        containerEdits:
          env: [VENDOR=ours]
        devices:
        - name: 0
          containerEdits:
            env: [GPU=0]
            deviceNodes:
            - path: /dev/gpu0
              hostPath: /dev/null
              fileMode: 0640
            mounts:
            - hostPath: {_work}/library
              containerPath: /usr/lib/vendor
              options: [ro, nosuid, nodev, bind]
            hooks:
            - hookName: createRuntime
              path: /bin/sh
              args: [sh, -c, "cat > {_work}/hook"]
            additionalGids: [4711]
        """);
}
