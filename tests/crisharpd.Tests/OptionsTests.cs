using System.CommandLine;
using System.Net;
using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Pods.Metrics;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Tests;

public sealed class OptionsTests : IDisposable
{
    // Any executable file serves: nothing is run here.
    private static readonly string[] Programs = ["--conmon", "/bin/true", "--pause", "/bin/true", "--runtimes", "runc:/bin/true"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-options-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Options_WhenNothingIsSaid_AreTheUsualOnes()
    {
        var options = Read(Programs);
        Assert.Equal("/var/lib/crisharp", options.Root);
        Assert.Equal("/run/crisharp", options.RunRoot);
        Assert.Equal("/run/crisharp/crisharp.sock", options.Listen);
        Assert.Equal((IPAddress.Loopback, 0), (options.StreamAddress, options.StreamPort));
        Assert.Equal(LogLevel.Information, options.LogLevel);
        Assert.Equal(new RuntimeOptions("runc", "/bin/true", "/run/crisharp/runtime/runc"), Assert.Single(options.Runtimes));
        Assert.Equal(TimeSpan.FromMinutes(5), options.PullProgressTimeout);
        Assert.Equal("/etc/containers/registries.conf", options.RegistriesConf);
        Assert.Equal((16L << 20, (long?)null), (options.DiskReserveBytes, options.PullDiskFloorBytes));
        Assert.Equal((60, 120, 30), (options.CniPluginTimeout.TotalSeconds, options.CniAddTimeout.TotalSeconds, options.CniDelTimeout.TotalSeconds));
        Assert.Equal((TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(2)), (options.ContainerCreateTimeout, options.RuntimeTimeout));
    }

    [Theory]
    [InlineData("--runtime-timeout", "0")]
    [InlineData("--runtime-timeout", "500ms")]
    [InlineData("--container-create-timeout", "25h")]
    [InlineData("--container-create-timeout", "soon")]
    public void Options_WhenALimitIsNone_NameTheFlag(string flag, string value)
    {
        var failure = Assert.Throws<RuntimeException>(() => Read([.. Programs, flag, value]));
        Assert.Contains(flag, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("16MiB", 16 << 20)]
    [InlineData("16m", 16 << 20)]
    [InlineData("3Gi", 3L << 30)]
    [InlineData("5KB", 5 << 10)]
    [InlineData("1T", 1L << 40)]
    public void Size_WhenWrittenAsPeopleDo_IsReadAndWritten(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
        Assert.True(ByteSize.TryParse(ByteSize.Format(parsed), out var again));
        Assert.Equal(bytes, again);
        Assert.Equal(bytes, Read([.. Programs, "--pull-disk-floor", text]).PullDiskFloorBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("8388608T")]
    [InlineData("auto")]
    public void Size_WhenItIsNone_IsRefused(string text)
    {
        Assert.False(ByteSize.TryParse(text, out _));
        Assert.Throws<RuntimeException>(() => Read([.. Programs, "--disk-reserve", text]));
    }

    [Fact]
    public void Options_WhenRunRootMoves_SocketAndRuntimesMoveWithIt()
    {
        var options = Read([.. Programs, "--runroot", "/tmp/x/"]);
        Assert.Equal("/tmp/x/crisharp.sock", options.Listen);
        Assert.Equal("/tmp/x/runtime/runc", options.Runtimes[0].Root);
    }

    [Fact]
    public void Options_WhenFlagsAreRepeated_AllCountWhereSeveralMay()
    {
        var options = Read(
        [
            .. Programs, "--runtimes", "crun:/bin/false:/tmp/crun", "--insecure-registry", "localhost:5000", "--insecure-registry", "Other",
            "--log-level", "debug", "--log-level", "error", "--listen", "unix:///tmp/s.sock",
        ]);
        Assert.Equal(["crun", "runc"], options.Runtimes.Select(runtime => runtime.Name));
        Assert.Equal(["localhost:5000", "other"], options.InsecureRegistries);
        Assert.Equal(LogLevel.Error, options.LogLevel);
        Assert.Equal("/tmp/s.sock", options.Listen);
    }

    [Theory]
    [InlineData("0s", -1)]
    [InlineData("90s", 90_000)]
    public void PullProgressTimeout_OfZero_IsNever(string text, int milliseconds)
    {
        var options = Read([.. Programs, "--pull-progress-timeout", text]);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RegistryRooms.RegistryOptionsOf(options, new OptionsInForce(options)).ProgressTimeLimit);
    }

    [Theory]
    [InlineData("--root", "relative")]
    [InlineData("--stream-port", "65536")]
    [InlineData("--stream-port", "http")]
    [InlineData("--stream-address", "localhost")]
    [InlineData("--cgroup-manager", "1")]
    [InlineData("--cgroup-manager", "-7")]
    [InlineData("--cgroup-manager", "+1")]
    [InlineData("--cgroup-manager", "cgroupfs,systemd")]
    [InlineData("--cgroup-manager", "both")]
    [InlineData("--short-name-mode", "-1")]
    [InlineData("--log-level", "loud")]
    [InlineData("--log-format", "xml")]
    [InlineData("--conmon", "/no/such/program")]
    [InlineData("--pause", "/etc/passwd")]
    [InlineData("--runtimes", "runc")]
    [InlineData("--runtimes", "../up:/bin/true")]
    [InlineData("--runtimes", "runc:/no/such/program")]
    [InlineData("--runtimes", "runc:/bin/true:relative")]
    [InlineData("--default-runtime", "no-such-runtime")]
    [InlineData("--insecure-registry", "http://localhost")]
    [InlineData("--pull-progress-timeout", "soon")]
    [InlineData("--cni-default-network", "../net")]
    [InlineData("--cni-del-timeout", "0s")]
    [InlineData("--cni-add-timeout", "2")]
    [InlineData("--apparmor-profile", "unconfined")]
    [InlineData("--apparmor-profile", "two words")]
    [InlineData("--listen", "/a/path/that/is/much/too/long/for/a/unix/socket/because/the/kernel/keeps/it/in/one/hundred/and/eight/bytes/s")]
    public void Options_WhenAFlagIsWrong_AreRefusedByItsName(string flag, string value)
    {
        var failure = Assert.Throws<RuntimeException>(() => Read([.. Programs, flag, value]));
        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.StartsWith(flag, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_WhenRead_CountsLessThanAFlagAndMoreThanNothing()
    {
        var file = WriteFile("crisharp.conf", """
            [crio]
            root = "/data/root"
            storage_driver = "overlay"
            [crio.api]
            stream_port = "10010"
            [crio.runtime]
            conmon = ""
            log_level = "debug"
            [crio.runtime.runtimes.kata]
            runtime_path = "/bin/false"
            runtime_root = "/run/kata"
            [crio.network]
            plugin_dirs = ["/one", "/two"]
            """);
        var options = Read([.. Programs, "--config", file, "--log-level", "warn"]);
        Assert.Equal("/data/root", options.Root);
        Assert.Equal(10010, options.StreamPort);
        Assert.Equal(LogLevel.Warning, options.LogLevel);
        Assert.Equal("/bin/true", options.MonitorPath);
        Assert.Equal(["/one", "/two"], options.CniPluginDirectories);
        Assert.Contains(new RuntimeOptions("kata", "/bin/false", "/run/kata"), options.Runtimes);
        Assert.Equal((file + ":3", "crio.storage_driver"), (options.IgnoredKeys.Single().Place, options.IgnoredKeys.Single().Path));
    }

    [Fact]
    public void File_WhenItHasAFolderBesideIt_TheFoldersLaterFilesWin()
    {
        var file = WriteFile("crisharp.conf", "[crio]\nroot = \"/a\"\nrunroot = \"/r\"");
        Directory.CreateDirectory($"{file}.d");
        WriteFile("crisharp.conf.d/20.conf", "[crio]\nroot = \"/c\"");
        WriteFile("crisharp.conf.d/10.conf", "[crio]\nroot = \"/b\"");
        WriteFile("crisharp.conf.d/30.backup", "[crio]\nroot = \"/d\"");
        var options = Read([.. Programs, "--config", file]);
        Assert.Equal(("/c", "/r"), (options.Root, options.RunRoot));
    }

    [Theory]
    [InlineData("[crio]\nroot = 5")]
    [InlineData("[crio\n")]
    [InlineData("[crio.network]\nplugin_dirs = \"/one\"")]
    public void File_WhenItIsWrong_IsRefusedByItsName(string content)
    {
        var file = WriteFile("crisharp.conf", content);
        var failure = Assert.Throws<RuntimeException>(() => Read([.. Programs, "--config", file]));
        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_WhenNamedAndNotThere_IsRefused() =>
        Assert.Throws<RuntimeException>(() => Read([.. Programs, "--config", "/no/such/file"]));

    [Fact]
    public void ConfigurationText_WhenReadAgain_SaysTheSame()
    {
        var options = Read([.. Programs, "--root", "/with \"quotes\"", "--insecure-registry", "localhost:5000", "--pull-progress-timeout", "1m30s", "--runtime-timeout", "7s", "--container-create-timeout", "9s", "--cni-del-timeout", "500ms", "--apparmor-profile", "of-the-node"]);
        var text = ConfigurationText.Of(options);
        var again = Read(["--config", WriteFile("printed.conf", text)]);
        Assert.Equal(text, ConfigurationText.Of(again));
        Assert.Equal(TimeSpan.FromSeconds(90), again.PullProgressTimeout);
        Assert.Equal((TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(7)), (again.ContainerCreateTimeout, again.RuntimeTimeout));
        Assert.Equal(TimeSpan.FromMilliseconds(500), again.CniDelTimeout);
        Assert.Equal("of-the-node", again.AppArmorProfile);
    }

    [Fact]
    public void Devices_WhenSaidAsACrioConfDoes_AreRead()
    {
        var usual = Read(Programs);
        Assert.Equal(["/etc/cdi", "/var/run/cdi"], usual.CdiSpecDirectories);
        Assert.False(usual.DeviceOwnershipFromSecurityContext);

        var file = WriteFile("crisharp.conf", "[crio.runtime]\ncdi_spec_dirs = [\"/a\", \"/b\"]\ndevice_ownership_from_security_context = true");
        var options = Read([.. Programs, "--config", file]);
        Assert.Equal(["/a", "/b"], options.CdiSpecDirectories);
        Assert.True(options.DeviceOwnershipFromSecurityContext);
        Assert.Contains("device_ownership_from_security_context = true\n", ConfigurationText.Of(options), StringComparison.Ordinal);

        Assert.Equal(["/c", "/d"], Read([.. Programs, "--config", file, "--cdi-spec-dirs", "/c", "--cdi-spec-dirs", "/d"]).CdiSpecDirectories);
        Assert.Throws<RuntimeException>(() => Read([.. Programs, "--cdi-spec-dirs", "relative"]));
        Assert.Throws<RuntimeException>(() => Read([.. Programs, "--device-ownership-from-security-context", "perhaps"]));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1h2m3s", 3_723_000)]
    public void Duration_WhenWellFormed_IsRead(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1d")]
    [InlineData("999999999h")]
    public void Duration_WhenMalformed_IsRefused(string text) => Assert.False(Duration.TryParse(text, out _));

    private static DaemonOptions Read(string[] words)
    {
        var flags = new SettingFlags(new Dictionary<string, string>());
        var command = new Command("serve");
        flags.AddTo(command);
        var parsed = command.Parse(words);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed);
    }

    private string WriteFile(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public void Metrics_WhenEnabled_HaveAPortAsInCrioConf()
    {
        Assert.Null(Read(Programs).Metrics);
        Assert.Equal(new MetricsOptions(IPAddress.Loopback, 9090, null), Read([.. Programs, "--enable-metrics", "true"]).Metrics);
        var file = WriteFile("metrics.conf", "[crio.metrics]\nenable_metrics = true\nmetrics_host = \"::1\"\nmetrics_port = 9537");
        Assert.Equal(new MetricsOptions(IPAddress.IPv6Loopback, 9537, null), Read([.. Programs, "--config", file]).Metrics);
        var certificate = WriteFile("tls.crt", "");
        var tls = Read([.. Programs, "--config", file, "--metrics-cert", certificate, "--metrics-key", certificate]).Metrics!.Tls;
        Assert.Equal(new TlsFiles(certificate, certificate), tls);
        Assert.Contains("--metrics-key", Assert.Throws<RuntimeException>(() => Read([.. Programs, "--config", file, "--metrics-cert", certificate])).Message);
        Assert.Contains("metrics_port", Assert.Throws<RuntimeException>(() => Read([.. Programs, "--config", WriteFile("port.conf", "[crio.metrics]\nenable_metrics = true\nmetrics_port = 65536")])).Message);
    }

    [Fact]
    public void Tracing_WhenEnabled_HasAnEndpointAndARateAsInCrioConf()
    {
        Assert.Null(Read(Programs).Tracing);
        Assert.Equal(new TracingOptions("127.0.0.1:4317", 0), Read([.. Programs, "--enable-tracing", "true"]).Tracing);
        var file = WriteFile(
            "tracing.conf", "[crio.tracing]\nenable_tracing = true\ntracing_endpoint = \"collector.example:4317\"\ntracing_sampling_rate_per_million = 1000000");
        Assert.Equal(new TracingOptions("collector.example:4317", 1_000_000), Read([.. Programs, "--config", file]).Tracing);
    }

    [Theory]
    [InlineData("--tracing-endpoint", "collector")]
    [InlineData("--tracing-endpoint", "http://collector:4317")]
    [InlineData("--tracing-endpoint", "user:word@collector:4317")]
    [InlineData("--tracing-endpoint", "collector:4317/v1")]
    [InlineData("--tracing-sampling-rate-per-million", "1000001")]
    [InlineData("--tracing-sampling-rate-per-million", "-1")]
    public void Tracing_WhenWrong_IsRefusedByItsFlag(string flag, string value) =>
        Assert.Contains(flag, Assert.Throws<RuntimeException>(() => Read([.. Programs, "--enable-tracing", "true", flag, value])).Message);

    [Fact]
    public void IncludedPodMetrics_WhenGiven_AreThoseGroups()
    {
        Assert.Equal(PodMetricGroups.All, Read(Programs).PodMetrics);
        var file = WriteFile("crisharp.conf", "[crio.stats]\nincluded_pod_metrics = [\"cpu\", \"diskIO\"]");
        Assert.Equal(PodMetricGroups.Cpu | PodMetricGroups.DiskIO, Read([.. Programs, "--config", file]).PodMetrics);
        Assert.Equal(PodMetricGroups.All, Read([.. Programs, "--config", file, "--included-pod-metrics", "all"]).PodMetrics);
        Assert.Equal(PodMetricGroups.None, Read([.. Programs, "--config", WriteFile("none.conf", "[crio.stats]\nincluded_pod_metrics = []")]).PodMetrics);
        var failure = Assert.Throws<RuntimeException>(() => Read([.. Programs, "--included-pod-metrics", "cpus"]));
        Assert.Contains("\"cpus\" is not all or one of cpu, disk,", failure.Message);
    }
}
