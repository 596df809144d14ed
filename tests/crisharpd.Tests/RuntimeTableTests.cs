using System.CommandLine;
using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Tests;

/// <summary>[crio.runtime.runtimes.NAME] and the defaults of containers.</summary>
public sealed class RuntimeTableTests : IDisposable
{
    private static readonly string[] Programs = ["--conmon", "/bin/true", "--pause", "/bin/true", "--runtimes", "runc:/bin/true"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-runtimes-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Table_WithAllKeys_IsReadAndPrintedSoThatItIsReadTheSame()
    {
        var options = ReadTable("""
            runtime_path = "/bin/false"
            runtime_root = "/run/kata"
            runtime_type = "oci"
            allowed_annotations = ["run.oci.*", "io.example"]
            privileged_without_host_devices = true
            container_min_memory = "20MiB"
            container_create_timeout = 90
            monitor_path = ""
            monitor_env = []
            no_sync_log = false
            [crio.runtime.runtimes.kata.default_annotations]
            "run.oci.handler" = "krun"
            """);

        var kata = options.Runtimes.Single(runtime => runtime.Name == "kata");
        Assert.Equal(("/bin/false", "/run/kata", null), (kata.Path, kata.Root, kata.Unusable));
        Assert.Equal(["run.oci.*", "io.example"], kata.Rules.AllowedAnnotations);
        Assert.Equal("krun", kata.Rules.DefaultAnnotations["run.oci.handler"]);
        Assert.True(kata.Rules.PrivilegedWithoutHostDevices);
        Assert.Equal((20L << 20, TimeSpan.FromSeconds(90)), (kata.Rules.LeastMemoryBytes, kata.Rules.CreateTimeout));
        var text = ConfigurationText.Of(options);
        Assert.Equal(text, ConfigurationText.Of(Read(["--config", Write(text)])));
    }

    /// <summary>As pods write them down.</summary>
    [Fact]
    public void Table_WithDotsInItsPaths_HasThemWithout()
    {
        var options = ReadTable("""
            runtime_path = "/bin/../bin/./false"
            runtime_root = "/run/x/.././kata/"
            """);

        var kata = options.Runtimes.Single(runtime => runtime.Name == "kata");
        Assert.Equal(("/bin/false", "/run/kata", null), (kata.Path, kata.Root, kata.Unusable));
        Assert.Contains("its root \"run/kata\"", Assert.Throws<RuntimeException>(() => ReadTable("\nruntime_root = \"run/kata\"")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("monitor_path = \"/usr/bin/conmon\"", "crio.runtime.conmon")]
    [InlineData("runtime_typo = \"oci\"", "is not known")]
    [InlineData("runtime_type = \"vm\"", "only \"oci\"")]
    [InlineData("allowed_annotations = [\"*\"]", "\"*\"")]
    [InlineData("allowed_annotations = [\"a*b\"]", "\"a*b\"")]
    [InlineData("allowed_annotations = \"a\"", "allowed_annotations")]
    [InlineData("container_min_memory = \"much\"", "much")]
    [InlineData("container_create_timeout = 0", "1s to 24h")]
    [InlineData("container_create_timeout = \"never\"", "1s to 24h")]
    [InlineData("privileged_without_host_devices = \"yes\"", "privileged_without_host_devices")]
    [InlineData("runtime_root = 5", "runtime_root")]
    public void Table_WithAWrongKey_IsRefusedByFileAndLine(string line, string words)
    {
        var failure = Assert.Throws<RuntimeException>(() => ReadTable($"\n{line}"));
        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains(".conf:3:", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_WithAPathForThisPlatform_TakesIt()
    {
        var options = ReadTable("""
            platform_runtime_paths = { "linux/amd64" = "/bin/false", "linux/arm64" = "/bin/false", "linux/s390x" = "/none" }
            runtime_path = "/bin/true"
            """);
        Assert.Equal("/bin/false", options.Runtimes.Single(runtime => runtime.Name == "kata").Path);
    }

    [Fact]
    public void Table_WhoseProgramIsAway_IsKeptWithTheReason_UnlessItIsTheDefault()
    {
        const string Table = "runtime_path = \"/no/such/program\"";
        Assert.Contains("/no/such/program", ReadTable(Table).Runtimes.Single(runtime => runtime.Name == "kata").Unusable, StringComparison.Ordinal);
        Assert.Throws<RuntimeException>(() => ReadTable(Table, "--default-runtime", "kata"));
    }

    [Fact]
    public void Defaults_WhenGiven_AreReadAndPrinted()
    {
        var options = Read([.. Programs, "--default-ulimits", "nofile=1024:2048", "--default-ulimits", "core=-1", "--default-env", "A=b=c", "--default-capabilities", "cap_chown", "--default-capabilities", "KILL"]);
        Assert.Equal([("RLIMIT_NOFILE", 1024UL, 2048UL), ("RLIMIT_CORE", ulong.MaxValue, ulong.MaxValue)], options.DefaultUlimits.Select(limit => (limit.Type, limit.Soft, limit.Hard)));
        Assert.Equal(["A=b=c"], options.DefaultEnvironment);
        Assert.Equal(["cap_chown", "KILL"], options.DefaultCapabilities);
        var text = ConfigurationText.Of(options);
        Assert.Contains("default_ulimits = [\"nofile=1024:2048\", \"core=-1:-1\"]", text, StringComparison.Ordinal);
        Assert.Equal(text, ConfigurationText.Of(Read(["--config", Write(text)])));
        Assert.Empty(Read([.. Programs, "--config", Write("[crio.runtime]\ndefault_capabilities = []")]).DefaultCapabilities);
        Assert.Equal(9, Read(Programs).DefaultCapabilities.Count);
    }

    [Theory]
    [InlineData("--default-ulimits", "nofile")]
    [InlineData("--default-ulimits", "files=1")]
    [InlineData("--default-ulimits", "nofile=2:1")]
    [InlineData("--default-ulimits", "nofile=-1:1")]
    [InlineData("--default-ulimits", "nofile=1:2:3")]
    [InlineData("--default-ulimits", "nofile=a")]
    [InlineData("--default-env", "A")]
    [InlineData("--default-env", "=b")]
    [InlineData("--default-capabilities", "FLY")]
    [InlineData("--default-capabilities", "ALL")]
    public void Defaults_WhenWrong_AreRefusedByTheirFlag(string flag, string value)
    {
        var failure = Assert.Throws<RuntimeException>(() => Read([.. Programs, flag, value]));
        Assert.StartsWith(flag, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"\"{value}\"", failure.Message, StringComparison.Ordinal);
    }

    private DaemonOptions ReadTable(string table, params string[] flags) =>
        Read([.. Programs, .. flags, "--config", Write($"[crio.runtime.runtimes.kata]\n{(table.Contains("runtime_path", StringComparison.Ordinal) ? "" : "runtime_path = \"/bin/true\"")}{table}")]);

    private static DaemonOptions Read(string[] words)
    {
        var flags = new SettingFlags(new Dictionary<string, string>());
        var command = new Command("serve");
        flags.AddTo(command);
        return flags.Read(command.Parse(words));
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.conf");
        File.WriteAllText(path, content);
        return path;
    }
}
