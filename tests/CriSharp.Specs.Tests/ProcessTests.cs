using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;
using Google.Protobuf;

namespace CriSharp.Specs.Tests;

public sealed class ProcessTests
{
    private static SpecProcess Build(Action<ContainerConfig> change, ImageConfig? image = null)
    {
        var input = Requests.With(change);
        return ContainerSpec.Build(input with { Image = image ?? input.Image }).Spec.Process;
    }

    [Theory]
    [InlineData("", "", "/entry serve")]
    [InlineData("/own", "", "/own")]
    [InlineData("/own", "a b", "/own a b")]
    [InlineData("", "a b", "/entry a b")]
    public void Arguments_FollowDockersRules(string command, string args, string expected)
    {
        var process = Build(config =>
        {
            config.Command.Add(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            config.Args.Add(args.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        });

        Assert.Equal(expected, string.Join(' ', process.Args));
    }

    [Fact]
    public void Arguments_OfNobody_AreRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "no command", Requests.Plain() with { Image = ImageConfig.Empty });
        Refused.Build(ErrorKind.InvalidArgument, "no command", Requests.With(config => config.Command.Add("")));
        Refused.Build(ErrorKind.InvalidArgument, "NUL", Requests.With(config => config.Args.Add("a\0b")));
    }

    [Theory]
    [InlineData("", "", "/")]
    [InlineData("", "/srv", "/srv")]
    [InlineData("", "srv/a", "/srv/a")]
    [InlineData("/own/../x/", "/srv", "/x")]
    [InlineData("/../..", "/srv", "/")]
    [InlineData("/proc", "", "/proc")]
    public void WorkingDirectory_IsThePodsThenTheImages(string pod, string image, string expected) =>
        Assert.Equal(expected, Build(config => config.WorkingDir = pod, new ImageConfig { WorkingDir = image, Cmd = ["x"] }).Cwd);

    [Theory]
    [InlineData("/proc/self/fd/7")]
    [InlineData("/proc/self/fd")]
    [InlineData("/proc/1/task/1/fd/8")]
    [InlineData("/a/../proc/self/./fd/7/../../..")]
    [InlineData("/dev/fd/3")]
    [InlineData("/proc/self/root/link/7")]
    [InlineData("/proc/self/cwd/link/7")]
    public void WorkingDirectory_ThroughADescriptor_IsRefused_CVE_2024_21626(string path)
    {
        if (path.EndsWith("..", StringComparison.Ordinal))
        {
            // Cleaned as text it never meets the descriptor.
            Assert.Equal("/proc", Build(config => config.WorkingDir = path).Cwd);
            return;
        }

        Refused.Build(ErrorKind.InvalidArgument, "descriptors", Requests.With(config => config.WorkingDir = path));
        Refused.Build(ErrorKind.InvalidArgument, "descriptors", Requests.Plain() with { Image = new ImageConfig { WorkingDir = path, Cmd = ["x"] } });
    }

    [Fact]
    public void WorkingDirectory_OfThePod_HasToBeAbsolute() =>
        Refused.Build(ErrorKind.InvalidArgument, "not absolute", Requests.With(config => config.WorkingDir = "srv"));

    [Fact]
    public void Environment_LaterWinsAndKeepsItsPlace()
    {
        var input = Requests.Plain();
        input.Config.Tty = true;
        var env = ContainerSpec.Build(input with
        {
            Defaults = ContainerDefaults.BuiltIn with { Environment = ["LANG=C.UTF-8", "NODE=n1"] },
            Image = new ImageConfig { Cmd = ["x"], Env = ["NODE=image", "HOSTNAME=image", "EMPTY=", "TWO=a=b"] },
        }).Spec.Process.Env;

        Assert.Equal(
            [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "HOSTNAME=image", "TERM=xterm", "LANG=C.UTF-8",
                "NODE=image", "EMPTY=", "TWO=a=b", "GREETING=grüß \"dich\"\n", "KUBERNETES_SERVICE_HOST=10.96.0.1",
            ],
            env);
    }

    [Fact]
    public void Environment_OfTheImage_ThatIsNone_IsLeftOutWithAWarning()
    {
        var built = ContainerSpec.Build(Requests.Plain() with { Image = new ImageConfig { Cmd = ["x"], Env = ["NOVALUE", "=x", "A=\0", "B=1"] } });

        Assert.Equal("the image has 3 environment entries that are no NAME=value, the first is \"NOVALUE\": left out", Assert.Single(built.Warnings));
        Assert.Contains("B=1", built.Spec.Process.Env);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\0")]
    public void Environment_OfThePod_WithABadName_IsRefused(string name) =>
        Refused.Build(ErrorKind.InvalidArgument, "environment variable name", Requests.With(config => config.Envs.Add(new KeyValue { Key = name })));

    [Theory]
    [InlineData(new byte[] { 0x61, 0xff }, "not UTF-8")]
    [InlineData(new byte[] { 0x61, 0x00 }, "NUL")]
    public void Environment_ThatConfigJsonCantCarry_IsRefused(byte[] value, string words) => Refused.Build(
        ErrorKind.InvalidArgument, words, Requests.With(config => config.Envs.Add(new KeyValue { Key = "BLOB", Value = ByteString.CopyFrom(value) })));

    [Fact]
    public void Home_IsTheUsersUnlessSomebodySaysOtherwise()
    {
        var user = ResolvedUser.Root with { Home = "/root" };

        Assert.Contains("HOME=/root", ContainerSpec.Build(Requests.Plain() with { User = user }).Spec.Process.Env);
        var own = Requests.With(config => config.Envs.Add(new KeyValue { Key = "HOME", Value = ByteString.CopyFromUtf8("/h\nroot::0:0") }));
        Assert.Contains("HOME=/h\nroot::0:0", ContainerSpec.Build(own with { User = user }).Spec.Process.Env);
    }

    [Fact]
    public void Exec_IsTheContainersProcessWithAnotherCommand()
    {
        var container = ContainerSpec.Build(Requests.Plain()).Spec.Process;

        var exec = ProcessSpec.Build(container, ["ls", "-l"], terminal: true);

        Assert.Equal(["ls", "-l"], exec.Args);
        Assert.True(exec.Terminal);
        Assert.Equal([.. container.Env, "TERM=xterm"], exec.Env);
        Assert.Equal(container.Capabilities, exec.Capabilities);
        Assert.Equal(container.User, exec.User);
        Refused.Invalid("no command", () => ProcessSpec.Build(container, [], terminal: false));
        Refused.Invalid("no command", () => ProcessSpec.Build(container, [""], terminal: false));
        Refused.Invalid("NUL", () => ProcessSpec.Build(container, ["a", "\0"], terminal: false));
    }

    [Fact]
    public void Config_ForWindowsOrWithCdi_IsRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "Windows", Requests.With(config =>
        {
            config.Linux = null;
            config.Windows = new WindowsContainerConfig();
        }));
        Refused.Build(ErrorKind.FailedPrecondition, "CDI", Requests.With(config => config.CDIDevices.Add(new CDIDevice { Name = "v.com/c=d" })));
    }

    [Fact]
    public void Rlimits_AboveTheCeiling_AreLowered()
    {
        var built = ContainerSpec.Build(Requests.Plain() with
        {
            Defaults = ContainerDefaults.BuiltIn with
            {
                Rlimits = [new SpecRlimit { Type = "RLIMIT_NPROC", Soft = 10, Hard = 20 }, new SpecRlimit { Type = "RLIMIT_NOFILE", Soft = 4096, Hard = 8192 }],
            },
            Host = Requests.Host with { RlimitCeilings = new Dictionary<string, ulong> { ["RLIMIT_NOFILE"] = 1024 } },
        });

        Assert.Equal(
            [new SpecRlimit { Type = "RLIMIT_NOFILE", Soft = 1024, Hard = 1024 }, new SpecRlimit { Type = "RLIMIT_NPROC", Soft = 10, Hard = 20 }],
            built.Spec.Process.Rlimits);
        Assert.Single(built.Warnings);
    }

    [Fact]
    public void Annotations_WithTheSystemdDriver_KeepTheContainerInItsScope()
    {
        const string Subgroup = "run.oci.systemd.subgroup";

        Assert.Equal("", ContainerSpec.Build(Requests.Plain() with { CgroupsPath = "kubepods.slice:crisharp:id" }).Spec.Annotations![Subgroup]);
        Assert.DoesNotContain(Subgroup, ContainerSpec.Build(Requests.Plain()).Spec.Annotations!.Keys);
    }

    [Fact]
    public void Annotations_OfPodAndContainer_StayOutUnlessAllowed_CVE_2024_3154()
    {
        var input = Requests.Plain();
        input.Config.Annotations["io.kubernetes.cri.container-type"] = "sandbox";
        var allowed = ContainerDefaults.BuiltIn with { AllowedAnnotations = ["run.oci.*", "io.kubernetes.cri.container-type"] };

        Assert.DoesNotContain(ContainerSpec.Build(input).Spec.Annotations!.Keys, name => !name.StartsWith("io.kubernetes.cri.", StringComparison.Ordinal));
        var annotations = ContainerSpec.Build(input with { Defaults = allowed }).Spec.Annotations!;
        Assert.Equal("1", annotations["run.oci.keep_original_groups"]);
        Assert.Equal("container", annotations["io.kubernetes.cri.container-type"]);
        Assert.DoesNotContain("org.systemd.property.KillSignal", annotations.Keys);
    }

    [Fact]
    public void Annotations_OfTheHandler_AreGivenUnlessThePodMaySayOtherwise()
    {
        var defaults = ContainerDefaults.BuiltIn with
        {
            Annotations = new Dictionary<string, string> { ["run.oci.keep_original_groups"] = "0", ["run.oci.handler"] = "krun", ["io.kubernetes.cri.sandbox-id"] = "no" },
        };

        var given = ContainerSpec.Build(Requests.Plain() with { Defaults = defaults }).Spec.Annotations!;
        Assert.Equal(("0", "krun"), (given["run.oci.keep_original_groups"], given["run.oci.handler"]));
        Assert.NotEqual("no", given["io.kubernetes.cri.sandbox-id"]);
        var said = ContainerSpec.Build(Requests.Plain() with { Defaults = defaults with { AllowedAnnotations = ["run.oci.*"] } }).Spec.Annotations!;
        Assert.Equal("1", said["run.oci.keep_original_groups"]);
    }

    [Fact]
    public void Privileged_WithoutHostDevices_GetsThoseOfItsPodAlone()
    {
        var input = Requests.Privileged();
        Assert.NotEmpty(ContainerSpec.Build(input).Spec.Linux.Devices!);

        var spec = ContainerSpec.Build(input with { Defaults = ContainerDefaults.BuiltIn with { PrivilegedWithoutHostDevices = true } }).Spec;
        Assert.Null(spec.Linux.Devices);
        Assert.False(Assert.Single(spec.Linux.Resources!.Devices!).Allow);
    }
}
