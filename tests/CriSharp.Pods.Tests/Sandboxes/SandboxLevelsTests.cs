using CriSharp.Cri.V1;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class SandboxLevelsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("levels");
    private readonly PodSandboxStore _store;
    private readonly SandboxLevels _levels;

    public SandboxLevelsTests()
    {
        _store = Store();
        _levels = Levels(_store, hasSelinux: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private PodSandboxStore Store() => new(new InstanceFolders(Path.Combine(_folder.FullName, "root"), Path.Combine(_folder.FullName, "run")));

    private static SandboxLevels Levels(PodSandboxStore store, bool hasSelinux) => new(
        store, new HostFacts { BoundingCapabilities = new HashSet<string>(), CgroupVersion = CgroupVersion.V2, HasSelinux = hasSelinux });

    private static PodSandboxConfig Asking(string level)
    {
        var config = Samples.SandboxConfig();
        config.Linux = new LinuxPodSandboxConfig { SecurityContext = new LinuxSandboxSecurityContext { SelinuxOptions = new SELinuxOption { Level = level } } };
        return config;
    }

    [Fact]
    public void Take_GivesEachItsOwn_AndTheOneThatIsAskedFor()
    {
        var taken = Enumerable.Range(0, 200).Select(_ => _levels.Take(Samples.SandboxConfig())!.Level).ToList();

        Assert.Equal(200, taken.Distinct().Count());
        Assert.All(taken, level => Assert.Matches("^s0:c[0-9]+,c[0-9]+$", level));
        Assert.Equal("s0:c4,c5", _levels.Take(Asking("s0:c4,c5"))!.Level);
    }

    [Fact]
    public void Take_WhereThereAreNoLabels_GivesNone()
    {
        var shared = Asking("");
        shared.Linux.SecurityContext.NamespaceOptions = new NamespaceOption { Pid = NamespaceMode.Node };

        Assert.Null(_levels.Take(shared));
        Assert.Null(Levels(_store, hasSelinux: false).Take(Samples.SandboxConfig()));
    }

    [Fact]
    public void Take_OfWhatIsNoLevel_IsRefused() =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => _levels.Take(Asking("s0\""))).Kind);

    [Fact]
    public void ALevel_StandsInTheRecord_AndIsFoundAgain()
    {
        var record = Samples.Sandbox() with { SelinuxLevel = "s0:c4,c5" };
        _store.Begin(record);
        _store.Publish(record, new SandboxState.Ready([], null));

        Assert.Equal("s0:c4,c5", Assert.Single(Store().Load()).Record!.ToRecord().SelinuxLevel);
    }
}
