using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Tests.Configuration;

/// <summary>Which keys a file may have, and what is said of others.</summary>
public sealed class ConfigurationFileTests : IDisposable
{
    private readonly SettingSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("[crio.runtime]\n\nlog_levle = \"debug\"", ":3:", "did you mean crio.runtime.log_level?")]
    [InlineData("[crio.image]\npinned_image = [\"a\"]", ":2:", "did you mean crio.image.pinned_images?")]
    [InlineData("[crio.runtime]\nselinx = true", ":2:", "did you mean crio.runtime.selinux?")]
    [InlineData("[crio.runtme]\nlog_level = \"debug\"", ":1:", "did you mean crio.runtime?")]
    [InlineData("[crio]\nfrobnicate = true", ":2:", "crio.frobnicate is known neither here nor to CRI-O")]
    [InlineData("log_level = \"debug\"", ":1:", "log_level is known neither")]
    [InlineData("[crio.runtime.runtimes.kata]\nruntime_pth = \"/bin/true\"", ":2:", "did you mean runtime_path?")]
    [InlineData("[crio.nri]\nenable_nry = true", ":2:", "did you mean crio.nri.enable_nri?")]
    public void Key_ThatNobodyKnows_IsRefusedByItsPlace(string content, string place, string words)
    {
        var message = RefusalOf(content);
        Assert.Contains($"t.conf{place}", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Equal(words.StartsWith("did", StringComparison.Ordinal), message.Contains("did you mean", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[crio.runtime]\n\nlog_level = \"loud\"", ":3: crio.runtime.log_level: \"loud\" is not trace, debug,")]
    [InlineData("[crio.api]\nstream_port = 70000", ":2: crio.api.stream_port: \"70000\" is not a port")]
    [InlineData("[crio]\nroot = \"relative\"", ":2: crio.root: \"relative\" is not an absolute path")]
    [InlineData("[crio.network]\n\n\nplugin_dirs = [\"here\"]", ":4: crio.network.plugin_dirs: \"here\" is not")]
    [InlineData("[crio.runtime]\nseccomp_profile = \"/no/such/file\"", ":2: crio.runtime.seccomp_profile: \"/no/such/file\" is not there")]
    [InlineData("[crio.api]\nadmin_group = \"no such group\"", ":2: crio.api.admin_group: \"no such group\" is not the name or number")]
    [InlineData("[crio.image]\npinned_images = \"one\"", ":2:")]
    [InlineData("[crio.runtime.runtimes.x]\nruntime_path = \"bin\"", ":1: crio.runtime.runtimes.x: ")]
    [InlineData("crio = 5", ":1:")]
    public void Value_ThatIsWrong_IsRefusedByItsPlace(string content, string words) =>
        Assert.Contains($"t.conf{words}", RefusalOf(content), StringComparison.Ordinal);

    [Fact]
    public void Key_OfCrio_IsNamedWithItsPlaceAndReason()
    {
        var file = _samples.FileOf("t.conf", """
            [crio]
            storage_driver = "overlay"
            [crio.runtime.workloads.management]
            activation_annotation = "x"
            [crio.nri]
            enable_nri = true
            """);
        var ignored = SettingSamples.Read([.. SettingSamples.Programs, "--config", file]).IgnoredKeys;
        Assert.Equal(["crio.storage_driver", "crio.runtime.workloads.management.activation_annotation", "crio.nri.enable_nri"], ignored.Select(key => key.Path));
        Assert.Equal([$"{file}:2", $"{file}:4", $"{file}:6"], ignored.Select(key => key.Place));
        Assert.All(ignored, key => Assert.NotEmpty(key.Reason));
    }

    [Fact]
    public void Value_OfNothingInADropIn_IsTheUsualOneAgain()
    {
        var file = _samples.FileOf("t.conf", "[crio]\nroot = \"/other\"\n[crio.runtime]\nlog_level = \"debug\"\ndefault_env = [\"A=1\"]");
        _samples.FileOf("t.conf.d/10.conf", "[crio.runtime]\nlog_level = \"\"\ndefault_env = []");
        var options = SettingSamples.Read([.. SettingSamples.Programs, "--config", file]);
        Assert.Equal((Microsoft.Extensions.Logging.LogLevel.Information, "/other"), (options.LogLevel, options.Root));
        Assert.Empty(options.DefaultEnvironment);
    }

    [Fact]
    public void Variable_GoesBeforeTheFile_AndAFlagBeforeIt()
    {
        var file = _samples.FileOf("t.conf", "[crio.runtime]\nlog_level = \"warn\"\nlog_format = \"json\"\n[crio.image]\npinned_images = [\"a\"]");
        var environment = new Dictionary<string, string>
        {
            ["CRISHARP_CONFIG"] = file,
            ["CRISHARP_LOG_LEVEL"] = "error",
            ["CRISHARP_PINNED_IMAGES"] = "b, c,",
            ["CRISHARP_ROOT"] = "",
            ["CRISHARP_LOG_LEVLE"] = "x",
            ["CRISHARP_FAIL_POINTS"] = "x",
            ["PATH"] = "/bin",
        };
        var options = SettingSamples.Read(SettingSamples.Programs, environment);
        Assert.Equal((Microsoft.Extensions.Logging.LogLevel.Error, LogFormat.Json, "/var/lib/crisharp"), (options.LogLevel, options.LogFormat, options.Root));
        Assert.Equal(["b", "c"], ConfigurationText.ValuesOf(options)[Settings.PinnedImages]);
        Assert.Equal(["CRISHARP_LOG_LEVLE"], options.UnknownVariables);

        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Debug, SettingSamples.Read([.. SettingSamples.Programs, "--log-level", "debug"], environment).LogLevel);
    }

    [Theory]
    [InlineData("CRISHARP_LOG_LEVEL", "loud", "CRISHARP_LOG_LEVEL: \"loud\"")]
    [InlineData("CRISHARP_RUNTIMES", "kata", "CRISHARP_RUNTIMES: \"kata\"")]
    [InlineData("CRISHARP_CONFIG", "/no/such/file", "CRISHARP_CONFIG: there is no file")]
    public void Variable_ThatIsWrong_IsRefusedByItsName(string name, string value, string words)
    {
        var environment = new Dictionary<string, string> { [name] = value };
        var failure = Assert.Throws<RuntimeException>(() => SettingSamples.Read(["--conmon", "/bin/true", "--pause", "/bin/true"], environment));
        Assert.StartsWith(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_OfAllSettings_AreDifferent() =>
        Assert.Equal(Settings.All.Count, Settings.All.Select(setting => setting.Variable).Append(SettingVariables.ConfigVariable).Distinct().Count() - 1);

    private string RefusalOf(string content)
    {
        var file = _samples.FileOf("t.conf", content);
        var failure = Assert.Throws<RuntimeException>(() => SettingSamples.Read([.. SettingSamples.Programs, "--config", file]));
        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        return failure.Message;
    }
}
