using System.CommandLine;
using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.Tests.Configuration;

/// <summary>For each setting a value that is not the usual one, and a folder with the files that such values name.</summary>
internal sealed class SettingSamples : IDisposable
{
    /// <summary>Any executable file serves: nothing is run here.</summary>
    public static readonly string[] Programs = ["--conmon", "/bin/true", "--pause", "/bin/true", "--runtimes", "runc:/bin/true", "--runtimes", "crun:/bin/true"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-settings-");

    public string Folder => _folder.FullName;

    /// <summary>By flag.</summary>
    public IReadOnlyDictionary<string, string[]> Values => new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["--root"] = ["/other/root"],
        ["--runroot"] = ["/other/run"],
        ["--disk-reserve"] = ["1GiB"],
        ["--listen"] = ["/other/s.sock"],
        ["--stream-address"] = ["127.0.0.2"],
        ["--stream-port"] = ["10010"],
        ["--stream-enable-tls"] = ["true"],
        ["--stream-tls-cert"] = [FileOf("cert.pem", "")],
        ["--stream-tls-key"] = [FileOf("key.pem", "")],
        ["--stream-idle-timeout"] = ["7m"],
        ["--conmon"] = ["/bin/false"],
        ["--pause"] = ["/bin/false"],
        ["--default-runtime"] = ["crun"],
        ["--runtimes"] = ["crun:/bin/false"],
        ["--cgroup-manager"] = [Directory.Exists("/run/systemd/system") ? "cgroupfs" : "systemd"],
        ["--container-create-timeout"] = ["9s"],
        ["--runtime-timeout"] = ["7s"],
        ["--log-level"] = ["debug"],
        ["--log-format"] = ["json"],
        ["--audit-interval"] = ["0s"],
        ["--cni-config-dir"] = ["/other/net.d"],
        ["--cni-default-network"] = ["of-the-node"],
        ["--cni-plugin-dir"] = ["/other/bin", "/another/bin"],
        ["--cni-plugin-timeout"] = ["2s"],
        ["--cni-add-timeout"] = ["1m30s"],
        ["--cni-del-timeout"] = ["500ms"],
        ["--insecure-registry"] = ["localhost:5000", "other"],
        ["--registry-cert-dir"] = ["/other/certs.d"],
        ["--registries-conf"] = ["/other/registries.conf"],
        ["--pull-progress-timeout"] = ["1m"],
        ["--pull-disk-floor"] = ["2GiB"],
        ["--unclaimed-timeout"] = ["2m"],
        ["--apparmor-profile"] = ["of-the-node"],
        ["--cdi-spec-dirs"] = ["/other/cdi"],
        ["--device-ownership-from-security-context"] = ["true"],
        ["--default-env"] = ["A=1", "B=with \"quotes\" and \\"],
        ["--default-ulimits"] = ["nofile=1024:2048"],
        ["--default-capabilities"] = ["CAP_CHOWN"],
        ["--included-pod-metrics"] = ["cpu", "memory"],
        ["--short-name-mode"] = ["permissive"],
        ["--global-auth-file"] = ["/other/auth.json"],
        ["--namespaced-auth-dir"] = ["/other/auth"],
        ["--signature-policy"] = ["/other/policy.json"],
        ["--signature-policy-dir"] = ["/other/policies"],
        ["--registries-dir"] = ["/other/registries.d"],
        ["--imagestore"] = ["/other/images"],
        ["--pinned-images"] = ["registry.example/app:1", "registry.example/base*"],
        ["--seccomp-profile"] = [FileOf("seccomp.json", """{"defaultAction": "SCMP_ACT_ALLOW"}""")],
        ["--admin-group"] = ["root"],
        ["--enable-metrics"] = ["true"],
        ["--metrics-host"] = ["127.0.0.2"],
        ["--metrics-port"] = ["9091"],
        ["--metrics-cert"] = [FileOf("metrics-cert.pem", "")],
        ["--metrics-key"] = [FileOf("metrics-key.pem", "")],
        ["--enable-tracing"] = ["true"],
        ["--tracing-endpoint"] = ["127.0.0.1:4318"],
        ["--tracing-sampling-rate-per-million"] = ["1000"],
    };

    public static TheoryData<string> Flags => [.. Settings.All.Select(setting => setting.Flag)];

    public static DaemonOptions Read(IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null)
    {
        var flags = new SettingFlags(environment ?? new Dictionary<string, string>());
        var command = new Command("serve");
        flags.AddTo(command);
        var parsed = command.Parse([.. words]);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed);
    }

    /// <summary>The flag with its value, and what it needs beside it.</summary>
    public string[] FlagWords(string flag)
    {
        Assert.True(Values.TryGetValue(flag, out var values), $"{flag} is a new setting: give it a value in {nameof(SettingSamples)}");
        return [.. values.SelectMany(value => (string[])[flag, value]), .. flag == Settings.StreamEnableTls.Flag ? Tls : []];
    }

    /// <summary>What a daemon has that could be told this flag.</summary>
    public string[] Before(string flag) => [.. Programs, .. Beside(flag)];

    private string[] Beside(string flag) => flag switch
    {
        "--stream-tls-cert" or "--stream-tls-key" => Tls,
        "--metrics-cert" or "--metrics-key" =>
            ["--enable-metrics", "true", "--metrics-cert", FileOf("first-metrics-cert.pem", ""), "--metrics-key", FileOf("first-metrics-key.pem", "")],
        "--metrics-host" or "--metrics-port" => ["--enable-metrics", "true"],
        "--tracing-endpoint" or "--tracing-sampling-rate-per-million" => ["--enable-tracing", "true"],
        _ => [],
    };

    private string[] Tls => ["--stream-enable-tls", "true", "--stream-tls-cert", FileOf("first-cert.pem", ""), "--stream-tls-key", FileOf("first-key.pem", "")];

    public string FileOf(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
