using CriSharp.Cri.V1;
using CriSharp.Pods.Cdi;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Tests.Cdi;

public sealed class ResolveCdiDevicesTests : IDisposable
{
    private readonly string _first = Directory.CreateTempSubdirectory("cdi-first-").FullName;
    private readonly string _second = Directory.CreateTempSubdirectory("cdi-second-").FullName;

    public void Dispose()
    {
        Directory.Delete(_first, recursive: true);
        Directory.Delete(_second, recursive: true);
    }

    private static void Write(string folder, string name, string edits, string device = "d", string own = "{}") => File.WriteAllText(
        Path.Combine(folder, name), $"cdiVersion: 0.7.0\nkind: v.com/c\ncontainerEdits: {own}\ndevices:\n- name: {device}\n  containerEdits: {edits}\n");

    private SpecEdits? Run(params string[] names) => ResolveCdiDevices.Run(
        new ContainerConfig { CDIDevices = { names.Select(name => new CDIDevice { Name = name }) } }, [_first, "/nonexistent/cdi", _second]);

    private string Refused(params string[] names)
    {
        var refusal = Assert.Throws<RuntimeException>(() => Run(names));
        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal.Message;
    }

    [Fact]
    public void NoDevice_ReadsNothing()
    {
        File.WriteAllText(Path.Combine(_first, "broken.yaml"), "[");

        Assert.Null(Run());
    }

    [Fact]
    public void Device_OfALaterFolder_HidesThatOfAnEarlier()
    {
        Write(_first, "a.yaml", "{env: [FROM=first]}");
        Write(_second, "a.yaml", "{env: [FROM=second]}");

        Assert.Equal(["FROM=second"], Run("v.com/c=d")!.Env);
    }

    [Fact]
    public void Device_OfTwoFilesInOneFolder_IsNobodys()
    {
        Write(_first, "a.yaml", "{env: [FROM=a]}");
        Write(_first, "b.json", "{env: [FROM=b]}");
        Write(_first, "c.yaml", "{env: [FROM=c]}");

        Assert.Matches("a.yaml and .*c.yaml", Refused("v.com/c=d"));
        Write(_second, "a.yaml", "{env: [FROM=second]}");
        Assert.Equal(["FROM=second"], Run("v.com/c=d")!.Env);
    }

    [Fact]
    public void OwnEdits_OfAFile_ComeOnce()
    {
        File.WriteAllText(Path.Combine(_first, "a.json"), """
            {"cdiVersion":"0.7.0","kind":"v.com/c","containerEdits":{"env":["ALL=1"]},"devices":[
              {"name":"x","containerEdits":{"env":["X=1"]}},{"name":"y","containerEdits":{"env":["Y=1"],"additionalGids":[7]}}]}
            """);

        var edits = Run("v.com/c=y", "v.com/c=x", "v.com/c=y")!;

        Assert.Equal(["ALL=1", "Y=1", "X=1"], edits.Env);
        Assert.Equal([7u], edits.AdditionalGids);
    }

    [Fact]
    public void File_ThatIsChanged_IsReadAgain()
    {
        Write(_first, "a.yaml", "{env: [N=1]}");
        Assert.Equal(["N=1"], Run("v.com/c=d")!.Env);

        Write(_first, "a.yaml", "{env: [N=2]}");
        Assert.Equal(["N=2"], Run("v.com/c=d")!.Env);

        File.Delete(Path.Combine(_first, "a.yaml"));
        Refused("v.com/c=d");
    }

    [Fact]
    public void Unresolvable_NamesDevicesFoldersAndWhatCouldNotBeRead()
    {
        Write(_first, "good.yaml", "{env: [A=b]}");
        File.WriteAllText(Path.Combine(_second, "bad.yaml"), "cdiVersion: 9.9.9\nkind: v.com/other\ndevices: [{name: d, containerEdits: {env: [A=b]}}]");
        File.WriteAllText(Path.Combine(_second, "ignored.txt"), "[");
        Directory.CreateDirectory(Path.Combine(_second, "folder.yaml"));

        var words = Refused("v.com/c=d", "v.com/other=d", "v.com/c=e");

        Assert.Contains("v.com/other=d is in no file of " + _first, words);
        Assert.Contains("v.com/c=e", words);
        Assert.DoesNotContain("v.com/c=d", words);
        Assert.Contains(_second, words);
        Assert.Contains("bad.yaml: cdiVersion \"9.9.9\" is not known", words);
        Assert.DoesNotContain("ignored", words);
    }

    [Fact]
    public void Node_IsFilledFromTheHosts()
    {
        Write(_first, "a.yaml", "{deviceNodes: [{path: /dev/own, hostPath: /dev/null}, {path: /dev/zero, permissions: r, fileMode: 0600, uid: 7}]}");

        var devices = Run("v.com/c=d")!.Devices;

        var (own, access) = devices[0];
        Assert.Equal(("/dev/own", "c", 1L, 3L, "rwm"), (own.Path, own.Type, own.Major, own.Minor, access));
        Assert.Equal("/dev/null", devices[0].HostPath);
        Assert.NotNull(own.FileMode);
        Assert.Null(own.Uid);
        Assert.Equal((5L, 0x180u, 7u, "r"), (devices[1].Device.Minor, devices[1].Device.FileMode!.Value, devices[1].Device.Uid!.Value, devices[1].Access));
    }

    [Fact]
    public void Node_ThatIsALink_IsWhatItLeadsTo()
    {
        File.CreateSymbolicLink(Path.Combine(_second, "link"), "/dev/full");
        Write(_first, "a.yaml", $"{{deviceNodes: [{{path: /dev/own, hostPath: {_second}/link}}]}}");

        Assert.Equal(7, Assert.Single(Run("v.com/c=d")!.Devices).Device.Minor);
    }

    [Theory]
    [InlineData("{path: /dev/not-there}", "/dev/not-there")]
    [InlineData("{path: /dev/own, hostPath: /etc/passwd}", "/etc/passwd")]
    [InlineData("{path: /dev/own, hostPath: /dev}", "/dev is not on this node, or no device")]
    [InlineData("{path: /dev/own, hostPath: /dev/null, type: b}", "type b")]
    public void Node_ThatTheHostLacks_IsNamed(string node, string words)
    {
        Write(_first, "a.yaml", $"{{deviceNodes: [{node}]}}");

        Assert.Contains(words, Refused("v.com/c=d"));
    }

    [Fact]
    public void Node_ThatIsSaidInFull_NeedsNoneOnTheHost()
    {
        Write(_first, "a.yaml", "{deviceNodes: [{path: /dev/later, type: b, major: 7, minor: 9}, {path: /dev/pipe, type: p, permissions: none}]}");

        var devices = Run("v.com/c=d")!.Devices;

        Assert.Equal(("b", 7L, 9L), (devices[0].Device.Type, devices[0].Device.Major, devices[0].Device.Minor));
        Assert.Equal(("p", ""), (devices[1].Device.Type, devices[1].Access));
    }

    [Fact]
    public void Mount_WithoutItsSource_IsNamed()
    {
        Write(_first, "a.yaml", "{env: [A=b]}", own: "{mounts: [{hostPath: /not/there.so, containerPath: /x, options: [ro, bind]}]}");

        Assert.Contains("/not/there.so", Refused("v.com/c=d"));
    }
}
