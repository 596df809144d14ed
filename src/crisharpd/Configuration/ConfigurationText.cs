using System.Globalization;
using System.Text;

namespace CriSharp.Daemon.Configuration;

/// <summary>Options as the TOML that would lead to them, with what each setting means.</summary>
internal static class ConfigurationText
{
    private const string Head =
        """
        # crisharpd: flags go before variables of the environment, those before the files of the folder beside this one
        # (crisharp.conf.d/*.conf, by their names), and those before this file.

        """;

    private const string RuntimeExample =
        """

        # A handler of its own table; runc, else crun, is found without one.
        #[crio.runtime.runtimes.NAME]
        #runtime_path = "/usr/bin/NAME"
        #runtime_root = "/run/crisharp/runtime/NAME"
        #allowed_annotations = []
        #default_annotations = {}
        #privileged_without_host_devices = false
        #container_min_memory = "12MiB"
        #container_create_timeout = "4m"

        """;

    /// <summary>What is in force, whoever has said it.</summary>
    public static string Of(DaemonOptions options)
    {
        var values = ValuesOf(options);
        var text = Write(setting => Line(setting, values[setting]));
        foreach (var runtime in options.Runtimes)
        {
            text.Append('\n').Append(Of(runtime));
        }

        return text.ToString();
    }

    /// <summary>What is usual, as comments: the same on every host.</summary>
    public static string Usual() => Write(setting => $"#{Line(setting, setting.Usual).TrimStart('#')}").Append(RuntimeExample).ToString();

    /// <summary>Only what was taken of a crio.conf, each with its place.</summary>
    public static string Of(CrioConversion conversion)
    {
        var text = new StringBuilder();
        foreach (var table in Settings.All.Where(conversion.Settings.ContainsKey).GroupBy(setting => setting.Table))
        {
            text.Append('[').Append(table.Key).Append("]\n");
            foreach (var setting in table)
            {
                var given = conversion.Settings[setting];
                text.Append("# ").Append(given.Source).Append('\n').Append(Line(setting, given.Values)).Append('\n');
            }

            text.Append('\n');
        }

        foreach (var (name, table) in conversion.Runtimes)
        {
            text.Append(Of(new RuntimeOptions(name, table.Path, table.Root) { Rules = table.Rules })).Append('\n');
        }

        return text.ToString();
    }

    public static string Of(RuntimeOptions runtime)
    {
        var rules = runtime.Rules;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"[crio.runtime.runtimes.{Quote(runtime.Name)}]\n");
        text.Append(CultureInfo.InvariantCulture, $"runtime_path = {Quote(runtime.Path)}\nruntime_root = {Quote(runtime.Root)}\n");
        text.Append(rules.AllowedAnnotations.Count > 0 ? $"allowed_annotations = {List(rules.AllowedAnnotations)}\n" : "");
        text.Append(rules.PrivilegedWithoutHostDevices ? "privileged_without_host_devices = true\n" : "");
        text.Append(rules.LeastMemoryBytes is { } least ? $"container_min_memory = {Quote(ByteSize.Format(least))}\n" : "");
        text.Append(rules.CreateTimeout is { } limit ? $"container_create_timeout = {Quote(Duration.Format(limit))}\n" : "");
        if (rules.DefaultAnnotations.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"[crio.runtime.runtimes.{Quote(runtime.Name)}.default_annotations]\n");
            foreach (var (name, value) in rules.DefaultAnnotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{Quote(name)} = {Quote(value)}\n");
            }
        }

        return text.ToString();
    }

    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>The text of every setting that has a key.</summary>
    public static Dictionary<Setting, IReadOnlyList<string>> ValuesOf(DaemonOptions options) => new()
    {
        [Settings.Root] = [options.Root],
        [Settings.RunRoot] = [options.RunRoot],
        [Settings.DiskReserve] = [ByteSize.Format(options.DiskReserveBytes)],
        [Settings.Listen] = [options.Listen],
        [Settings.StreamAddress] = [options.StreamAddress.ToString()],
        [Settings.StreamPort] = [options.StreamPort.ToString(CultureInfo.InvariantCulture)],
        [Settings.StreamEnableTls] = [Of(options.StreamTls is not null)],
        [Settings.StreamTlsCert] = options.StreamTls is { } tls ? [tls.CertificatePath] : [],
        [Settings.StreamTlsKey] = options.StreamTls is { } pair ? [pair.KeyPath] : [],
        [Settings.StreamIdleTimeout] = [Duration.Format(options.StreamIdleTimeout)],
        [Settings.Monitor] = [options.MonitorPath],
        [Settings.Pause] = [options.PausePath],
        [Settings.DefaultRuntime] = [options.DefaultRuntime],
        [Settings.CgroupManager] = [options.CgroupManager.ToString().ToLowerInvariant()],
        [Settings.LogLevel] = [options.LogLevel.ToString().ToLowerInvariant()],
        [Settings.LogFormat] = [options.LogFormat.ToString().ToLowerInvariant()],
        [Settings.AuditInterval] = [Duration.Format(options.AuditInterval ?? TimeSpan.Zero)],
        [Settings.CniConfigDirectory] = [options.CniConfigDirectory],
        [Settings.CniDefaultNetwork] = options.CniDefaultNetwork is { } network ? [network] : [],
        [Settings.CniPluginDirectories] = options.CniPluginDirectories,
        [Settings.CniPluginTimeout] = [Duration.Format(options.CniPluginTimeout)],
        [Settings.CniAddTimeout] = [Duration.Format(options.CniAddTimeout)],
        [Settings.CniDelTimeout] = [Duration.Format(options.CniDelTimeout)],
        [Settings.InsecureRegistries] = options.InsecureRegistries,
        [Settings.RegistryCertDirectories] = options.RegistryCertDirectories,
        [Settings.RegistriesConf] = [options.RegistriesConf],
        [Settings.PullProgressTimeout] = [Duration.Format(options.PullProgressTimeout ?? TimeSpan.Zero)],
        [Settings.ContainerCreateTimeout] = [Duration.Format(options.ContainerCreateTimeout)],
        [Settings.RuntimeTimeout] = [Duration.Format(options.RuntimeTimeout)],
        [Settings.PullDiskFloor] = [options.PullDiskFloorBytes is { } floor ? ByteSize.Format(floor) : ByteSize.Auto],
        [Settings.AppArmorProfile] = [options.AppArmorProfile],
        [Settings.UnclaimedTimeout] = [Duration.Format(options.UnclaimedTimeout)],
        [Settings.CdiSpecDirectories] = options.CdiSpecDirectories,
        [Settings.DeviceOwnershipFromSecurityContext] = [Of(options.DeviceOwnershipFromSecurityContext)],
        [Settings.IncludedPodMetrics] = PodMetricGroupWords.Of(options.PodMetrics),
        [Settings.DefaultEnv] = options.DefaultEnvironment,
        [Settings.DefaultUlimits] = [.. options.DefaultUlimits.Select(UlimitText.Format)],
        [Settings.DefaultCapabilities] = options.DefaultCapabilities,
        [Settings.ImageStore] = [options.ImageStore],
        [Settings.PinnedImages] = options.PinnedImages.Texts,
        [Settings.ShortNameMode] = options.ShortNameMode is { } mode ? [mode.ToString().ToLowerInvariant()] : [],
        [Settings.GlobalAuthFile] = options.GlobalAuthFile is { } file ? [file] : [],
        [Settings.NamespacedAuthDirectory] = [options.NamespacedAuthDirectory],
        [Settings.SignaturePolicy] = [options.SignaturePolicy],
        [Settings.SignaturePolicyDirectory] = [options.SignaturePolicyDirectory],
        [Settings.RegistriesDirectory] = [options.RegistriesDirectory],
        [Settings.SeccompProfile] = options.SeccompProfile is { } profile ? [profile.Path] : [],
        [Settings.AdminGroup] = options.AdminGroup is { } group ? [group.Text] : [],
        [Settings.EnableMetrics] = [Of(options.Metrics is not null)],
        [Settings.MetricsHost] = options.Metrics is { } metrics ? [metrics.Address.ToString()] : [],
        [Settings.MetricsPort] = options.Metrics is { } port ? [port.Port.ToString(CultureInfo.InvariantCulture)] : [],
        [Settings.MetricsCert] = options.Metrics?.Tls is { } certificate ? [certificate.CertificatePath] : [],
        [Settings.MetricsKey] = options.Metrics?.Tls is { } key ? [key.KeyPath] : [],
        [Settings.EnableTracing] = [Of(options.Tracing is not null)],
        [Settings.TracingEndpoint] = options.Tracing is { } tracing ? [tracing.Endpoint] : [],
        [Settings.TracingRate] = options.Tracing is { } rate ? [rate.RatePerMillion.ToString(CultureInfo.InvariantCulture)] : [],
    };

    private static StringBuilder Write(Func<Setting, string> lineOf)
    {
        var text = new StringBuilder(Head);
        foreach (var table in Settings.All.Where(setting => setting.Key is not null).GroupBy(setting => setting.Table))
        {
            text.Append('\n').Append('[').Append(table.Key).Append("]\n");
            foreach (var setting in table)
            {
                text.Append('\n').Append(CommentsOf(setting)).Append(lineOf(setting)).Append('\n');
            }
        }

        return text;
    }

    private static string CommentsOf(Setting setting) =>
        $"# {setting.Words}\n"
        + $"#   takes {(setting.Repeatable ? "a list, each " : "")}{setting.Takes}{(setting.UsualWords.Length > 0 ? $"; usually {setting.UsualWords}" : "")}\n"
        + $"#   {setting.Flag}, {setting.Variable}; {(setting.IsLive ? "a reload takes changes up" : "a change wants a restart")}\n";

    /// <summary>"" says: as usual.</summary>
    private static string Line(Setting setting, IReadOnlyList<string> values) =>
        setting.Repeatable || values.Count > 0 ? $"{setting.Key} = {Value(setting, values)}" : $"#{setting.Key} = \"\"";

    private static string Value(Setting setting, IReadOnlyList<string> values) =>
        setting.Repeatable ? List(values) : values[0] is "true" or "false" ? values[0] : Quote(values[0]);

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quote))}]";

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
