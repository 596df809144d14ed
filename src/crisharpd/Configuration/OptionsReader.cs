using System.Globalization;
using System.Net;
using System.Text;
using CriSharp.Cni;
using CriSharp.Images;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Pods.Metrics;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Names;
using CriSharp.Specs;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Configuration;

/// <summary>Parses and checks the text of every setting; an error names the flag or the file's key that is wrong.</summary>
internal sealed class OptionsReader(IReadOnlyDictionary<Setting, Given> given, IReadOnlyDictionary<string, RuntimeTable> runtimesOfFile)
{
    // sun_path of sockaddr_un holds 108 bytes with the final NUL; the socket is bound one folder deeper and then moved.
    private const int MaxSocketPathBytes = 107 - 10;

    /// <summary>Only where the CRI's socket is.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public string ReadListen() => SocketPath(Path.Combine(AbsolutePath(Settings.RunRoot), "crisharp.sock"));

    /// <exception cref="RuntimeException">InvalidArgument: what is wrong, where, and what is expected.</exception>
    public DaemonOptions Read()
    {
        var runRoot = AbsolutePath(Settings.RunRoot);
        var runtimes = new RuntimesReader(given, runtimesOfFile, runRoot).Read();
        return new DaemonOptions
        {
            Root = AbsolutePath(Settings.Root),
            RunRoot = runRoot,
            DiskReserveBytes = Parse<long>(Settings.DiskReserve, ByteSize.TryParse),
            Listen = ReadListen(),
            StreamAddress = Parse(Settings.StreamAddress, (string text, out IPAddress? address) => IPAddress.TryParse(text, out address))!,
            StreamPort = Parse<ushort>(Settings.StreamPort, TryPort),
            StreamTls = Parse<bool>(Settings.StreamEnableTls, bool.TryParse) ? new TlsFiles(TlsFile(Settings.StreamTlsCert, Settings.StreamEnableTls), TlsFile(Settings.StreamTlsKey, Settings.StreamEnableTls)) : null,
            StreamIdleTimeout = Limit(Settings.StreamIdleTimeout),
            MonitorPath = Executable(Settings.Monitor, Path.Combine(AppContext.BaseDirectory, "conmon-sharp")),
            PausePath = Executable(Settings.Pause, Path.Combine(AppContext.BaseDirectory, "pause")),
            DefaultRuntime = runtimes.Default,
            Runtimes = runtimes.All,
            DefaultEnvironment = [.. Values(Settings.DefaultEnv).Select(EnvironmentVariable)],
            DefaultUlimits = [.. Values(Settings.DefaultUlimits).Select(Ulimit)],
            DefaultCapabilities = [.. Values(Settings.DefaultCapabilities).Select(Capability)],
            CgroupManager = Parse<CgroupManager>(Settings.CgroupManager, DefaultCgroupManager, TryWord),
            ContainerCreateTimeout = Limit(Settings.ContainerCreateTimeout),
            RuntimeTimeout = Limit(Settings.RuntimeTimeout),
            CdiSpecDirectories = AbsolutePaths(Settings.CdiSpecDirectories),
            DeviceOwnershipFromSecurityContext = Parse<bool>(Settings.DeviceOwnershipFromSecurityContext, bool.TryParse),
            PodMetrics = MetricGroups(Values(Settings.IncludedPodMetrics)),
            LogLevel = Parse<LogLevel>(Settings.LogLevel, TryLogLevel),
            LogFormat = Parse<LogFormat>(Settings.LogFormat, TryWord),
            AuditInterval = Interval(Settings.AuditInterval),
            CniConfigDirectory = AbsolutePath(Settings.CniConfigDirectory),
            CniDefaultNetwork = Values(Settings.CniDefaultNetwork).Count == 0 ? null : Parse<string>(Settings.CniDefaultNetwork, TryNetwork),
            CniPluginDirectories = AbsolutePaths(Settings.CniPluginDirectories),
            CniPluginTimeout = TimeLimit(Settings.CniPluginTimeout),
            CniAddTimeout = TimeLimit(Settings.CniAddTimeout),
            CniDelTimeout = TimeLimit(Settings.CniDelTimeout),
            InsecureRegistries = Values(Settings.InsecureRegistries).Select(HostAndPort).ToArray(),
            RegistryCertDirectories = AbsolutePaths(Settings.RegistryCertDirectories),
            RegistriesConf = AbsolutePath(Settings.RegistriesConf, RegistriesFile.UsualPath(Environment.GetEnvironmentVariable)),
            PullProgressTimeout = Interval(Settings.PullProgressTimeout),
            PullDiskFloorBytes = Parse<long?>(Settings.PullDiskFloor, ByteSize.TryParseOrAuto),
            AppArmorProfile = Parse(Settings.AppArmorProfile, (string text, out string? name) => TryProfile(text, out name))!,
            SignaturePolicy = AbsolutePath(Settings.SignaturePolicy),
            SignaturePolicyDirectory = AbsolutePath(Settings.SignaturePolicyDirectory),
            RegistriesDirectory = AbsolutePath(Settings.RegistriesDirectory),
            UnclaimedTimeout = Parse<TimeSpan>(Settings.UnclaimedTimeout, Duration.TryParse),
            ImageStore = AbsolutePath(Settings.ImageStore, AbsolutePath(Settings.Root)),
            PinnedImages = NamePatterns(Settings.PinnedImages),
            ShortNameMode = Values(Settings.ShortNameMode).Count == 0 ? null : Parse<ShortNameMode>(Settings.ShortNameMode, TryWord),
            GlobalAuthFile = PathOrNone(Settings.GlobalAuthFile),
            NamespacedAuthDirectory = AbsolutePath(Settings.NamespacedAuthDirectory),
            SeccompProfile = PathOrNone(Settings.SeccompProfile) is { } profile ? Seccomp(profile) : null,
            AdminGroup = Values(Settings.AdminGroup) is [.., var group] ? Group(group) : null,
            Metrics = Parse<bool>(Settings.EnableMetrics, bool.TryParse) ? Metrics() : null,
            Tracing = Parse<bool>(Settings.EnableTracing, bool.TryParse) ? Tracing() : null,
        };
    }

    private delegate bool TryParser<T>(string text, out T? value);

    // sd_booted(3)
    private static string DefaultCgroupManager => Directory.Exists("/run/systemd/system") ? "systemd" : "cgroupfs";

    /// <summary>As a profile's head can say it; "unconfined" is none.</summary>
    private static bool TryProfile(string text, out string? name)
    {
        name = text;
        return text != "unconfined" && !text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character));
    }

    private static bool TryNetwork(string text, out string? name)
    {
        name = text;
        return CniConfigStore.IsNetworkName(text);
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    /// <summary>One of the names alone: an enum's parser takes numbers and several names, too.</summary>
    private static bool TryWord<T>(string text, out T value)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out value) && Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase);

    private static bool TryLogLevel(string text, out LogLevel level)
    {
        LogLevel? found = text.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" or "information" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "fatal" or "panic" or "critical" => LogLevel.Critical,
            _ => null,
        };
        level = found ?? default;
        return found is not null;
    }

    private IReadOnlyList<string> Values(Setting setting) => given.TryGetValue(setting, out var found) ? found.Values : setting.Usual;

    private MetricsOptions Metrics()
    {
        var address = Parse(Settings.MetricsHost, (string text, out IPAddress? found) => IPAddress.TryParse(text, out found))!;
        var port = Parse<ushort>(Settings.MetricsPort, TryPort);
        var hasTls = given.ContainsKey(Settings.MetricsCert) || given.ContainsKey(Settings.MetricsKey);
        return new MetricsOptions(
            address, port, hasTls ? new TlsFiles(TlsFile(Settings.MetricsCert, Settings.MetricsKey), TlsFile(Settings.MetricsKey, Settings.MetricsCert)) : null);
    }

    private TracingOptions Tracing() => new(
        Parse(Settings.TracingEndpoint, (string text, out string? found) => TryEndpoint(text, out found))!,
        Parse<int>(Settings.TracingRate, TryRate));

    private static bool TryEndpoint(string text, out string? endpoint)
    {
        endpoint = text;
        return Uri.TryCreate($"http://{text}", UriKind.Absolute, out var address) && address.UserInfo.Length == 0
            && address.PathAndQuery == "/" && address.Fragment.Length == 0 && text.EndsWith($":{address.Port}", StringComparison.Ordinal);
    }

    private static bool TryRate(string text, out int rate) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out rate) && rate <= 1_000_000;

    /// <param name="with">Given with it.</param>
    private string TlsFile(Setting setting, Setting with)
    {
        if (Values(setting).Count == 0)
        {
            throw Wrong(setting, $"is wanted with {with.Flag}");
        }

        var path = AbsolutePath(setting);
        return File.Exists(path) ? path : throw Wrong(setting, $"\"{path}\" is not there: with {with.Flag} it must name a PEM file");
    }

    private T Parse<T>(Setting setting, TryParser<T> parser) => Parse(setting, "", parser);

    private T Parse<T>(Setting setting, string fallback, TryParser<T> parser)
    {
        var text = Values(setting) is [.., var last] ? last : fallback;
        return text.Length > 0 && parser(text, out var value) ? value! : throw Wrong(setting, $"\"{text}\" is not {setting.Takes}");
    }

    /// <summary>At least a second: whole ones are what a monitor is told.</summary>
    private TimeSpan Limit(Setting setting) => Parse<TimeSpan>(
        setting, (string text, out TimeSpan limit) => Duration.TryParse(text, out limit) && limit.TotalSeconds >= 1 && limit.TotalHours <= 24);

    private TimeSpan TimeLimit(Setting setting) => Parse<TimeSpan>(
        setting, (string text, out TimeSpan limit) => Duration.TryParse(text, out limit) && limit > TimeSpan.Zero);

    /// <returns>Null for 0: never.</returns>
    private TimeSpan? Interval(Setting setting) => Parse<TimeSpan>(setting, Duration.TryParse) is { Ticks: > 0 } limit ? limit : null;

    private string AbsolutePath(Setting setting, string fallback = "") => Absolute(setting, Values(setting) is [.., var last] ? last : fallback);

    private string? PathOrNone(Setting setting) => Values(setting).Count == 0 ? null : AbsolutePath(setting);

    /// <summary>An empty list counts as nothing said.</summary>
    private string[] AbsolutePaths(Setting setting)
    {
        var texts = Values(setting);
        return [.. (texts.Count > 0 ? texts : setting.Usual).Select(text => Absolute(setting, text))];
    }

    private string Absolute(Setting setting, string text) =>
        Path.IsPathRooted(text) && !text.Contains('\0')
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))
            : throw Wrong(setting, $"\"{text}\" is not {Accepted.Path}");

    private string SocketPath(string fallback)
    {
        const string Scheme = "unix://";
        var text = Values(Settings.Listen) is [.., var last] ? last : fallback;
        var path = Absolute(Settings.Listen, text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..] : text);
        var bytes = Encoding.UTF8.GetByteCount(path);
        return bytes <= MaxSocketPathBytes
            ? path
            : throw Wrong(Settings.Listen, $"the path \"{path}\" has {bytes} bytes, a Unix socket's may have {MaxSocketPathBytes} here: use a shorter --runroot or --listen");
    }

    private string Executable(Setting setting, string fallback)
    {
        var path = AbsolutePath(setting, fallback);
        return ExecutableFile.Is(path) ? path : throw Wrong(setting, $"\"{path}\" is not an executable file: give its path by {setting.Flag}");
    }

    private HostGroup Group(string text) => HostGroup.Find(text) ?? throw Wrong(Settings.AdminGroup, $"\"{text}\" is not {Settings.AdminGroup.Takes}");

    private SeccompFile Seccomp(string path)
    {
        try
        {
            var bytes = HostPath.TryReadFile(path, SeccompProfileFile.LimitBytes) ?? throw Wrong(Settings.SeccompProfile, $"\"{path}\" is not there");
            var profile = new SeccompFile(path, Encoding.UTF8.GetString(bytes));
            SeccompProfileFile.Check(profile);
            return profile;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException)
        {
            throw Wrong(Settings.SeccompProfile, $"\"{path}\" is no seccomp profile: {wrong.Message}");
        }
    }

    private string EnvironmentVariable(string text) => text.IndexOf('=', StringComparison.Ordinal) > 0 && !text.Contains('\0')
        ? text
        : throw Wrong(Settings.DefaultEnv, $"\"{text}\" is not {Settings.DefaultEnv.Takes}");

    private SpecRlimit Ulimit(string text) => UlimitText.TryParse(text, out var limit) ? limit : throw Wrong(Settings.DefaultUlimits, $"\"{text}\" is not {UlimitText.Expected}");

    private string Capability(string text) => ContainerDefaults.IsCapability(text)
        ? text
        : throw Wrong(Settings.DefaultCapabilities, $"\"{text}\" is not {Settings.DefaultCapabilities.Takes}");

    /// <summary>An empty list is a list: only that a container is there.</summary>
    private PodMetricGroups MetricGroups(IReadOnlyList<string> words)
    {
        var groups = PodMetricGroups.None;
        foreach (var word in words)
        {
            groups |= PodMetricGroupWords.TryParse(word, out var group)
                ? group
                : throw Wrong(Settings.IncludedPodMetrics, $"\"{word}\" is not {PodMetricGroupWords.Expected}");
        }

        return groups;
    }

    private ImageNamePatterns NamePatterns(Setting setting)
    {
        try
        {
            return ImageNamePatterns.Parse(Values(setting));
        }
        catch (FormatException wrong)
        {
            throw Wrong(setting, wrong.Message);
        }
    }

    private string HostAndPort(string text) =>
        text.Length > 0 && !text.Contains('/') && !text.Any(char.IsWhiteSpace)
            ? text.ToLowerInvariant()
            : throw Wrong(Settings.InsecureRegistries, $"\"{text}\" is not {Settings.InsecureRegistries.Takes}");

    private RuntimeException Wrong(Setting setting, string words) =>
        new(ErrorKind.InvalidArgument, $"{(given.TryGetValue(setting, out var found) ? found.Source : setting.Flag)}: {words}");
}
