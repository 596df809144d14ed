using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Tests.Configuration;

public sealed class CrioConversionTests : IDisposable
{
    private readonly SettingSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    /// <summary>As packages of CRI-O have it, with what people add.</summary>
    [Fact]
    public void CrioConf_WithADropIn_BecomesAConfigurationThatIsReadAgain()
    {
        var file = _samples.FileOf("crio.conf", """
            [crio]
            root = "/var/lib/containers/storage"
            storage_driver = "overlay"
            [crio.api]
            listen = "/var/run/crio/crio.sock"
            [crio.runtime]
            conmon = "/usr/bin/conmon"
            log_level = "debug"
            apparmor_profile = "crio-default"
            seccomp_profile = ""
            selinux = true
            default_runtime = "crun"
            default_sysctls = ["net.ipv4.ping_group_range=0 0"]
            typo_level = "x"
            [crio.runtime.runtimes.crun]
            runtime_path = "/bin/true"
            runtime_root = "/run/crun"
            monitor_path = "/usr/libexec/crio/conmon"
            allowed_annotations = ["io.containers.trace-syscall"]
            [crio.runtime.runtimes.kata]
            runtime_path = "/bin/true"
            runtime_type = "vm"
            """);
        _samples.FileOf("crio.conf.d/10.conf", "[crio.image]\npinned_images = [\"registry.example/pause*\"]\n[crio.runtime]\nlog_level = \"warn\"");

        var (output, remarks) = (new StringWriter(), new StringWriter());
        ConvertCrioConf.Run(file, output, remarks);

        var options = SettingSamples.Read(["--conmon", "/bin/true", "--pause", "/bin/true", "--config", _samples.FileOf("crisharp.conf", output.ToString())]);
        Assert.Equal(("/var/lib/crisharp", "crun", "crisharp-default"), (options.Root, options.DefaultRuntime, options.AppArmorProfile));
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, options.LogLevel);
        Assert.Equal(["registry.example/pause*"], ConfigurationText.ValuesOf(options)[Settings.PinnedImages]);
        Assert.Empty(options.IgnoredKeys);
        Assert.DoesNotContain(options.Runtimes, runtime => runtime.Name == "kata");
        Assert.Contains(options.Runtimes, runtime => runtime is { Name: "crun", Path: "/bin/true", Root: "/run/crisharp/runtime/crun" } && runtime.Rules.AllowedAnnotations.Count == 1);

        var said = remarks.ToString();
        Assert.Contains($"taken: {_samples.Folder}/crio.conf.d/10.conf:4: crio.runtime.log_level", said, StringComparison.Ordinal);
        foreach (var left in (string[])["crio.conf:2: crio.root: ", "crio.conf:3: crio.storage_driver: ", "crio.conf:5: crio.api.listen: ", "crio.conf:7: crio.runtime.conmon: ",
            "crio.conf:9: crio.runtime.apparmor_profile: ", "crio.conf:11: crio.runtime.selinux: ", "crio.conf:17: crio.runtime.runtimes.crun.runtime_root: ",
            "crio.conf:18: crio.runtime.runtimes.crun.monitor_path: ", "crio.conf:20: crio.runtime.runtimes.kata: "])
        {
            Assert.Contains($"left: {_samples.Folder}/{left}", said, StringComparison.Ordinal);
        }

        Assert.Contains($"unknown: {_samples.Folder}/crio.conf:14: crio.runtime.typo_level", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_ThatADropInTakesBack_IsNotTaken()
    {
        var file = _samples.FileOf("crio.conf", "[crio.runtime]\nlog_level = \"debug\"\nlog_format = \"json\"\napparmor_profile = \"of-the-node\"");
        _samples.FileOf("crio.conf.d/10.conf", "[crio.runtime]\nlog_level = \"\"\napparmor_profile = \"crio-default\"");

        var conversion = CrioConversion.Read(file);

        Assert.Equal([Settings.LogFormat], conversion.Settings.Keys);
        Assert.Contains(conversion.Ignored, key => key.Place.EndsWith("10.conf:3", StringComparison.Ordinal));
    }

    [Fact]
    public void CrioKeys_AreThoseOfTablesThatConfigurationsHave() =>
        Assert.All(CrioKeys.All, path => Assert.True(ConfigurationKeys.IsTable(path[..path.LastIndexOf('.')]), path));
}
