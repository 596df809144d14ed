using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.Specs;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Host;

/// <summary>
/// The profiles in the kernel, read at each need since others load and remove them, and our own for RuntimeDefault, which is loaded at
/// start (an older daemon's may be there) and again when a container needs it and it is gone.
/// </summary>
public sealed partial class AppArmor(AppArmorOptions options, ILogger<AppArmor> logger) : IDisposable
{
    private const int SmallFileLimitBytes = 4096;
    private const int ProfilesLimitBytes = 16 << 20;
    private static readonly TimeSpan ParserLimit = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile string _defaultProfile = options.DefaultProfile;

    public string DefaultProfile => _defaultProfile;

    /// <summary>Never fails: without the profile the daemon runs, and pods that ask for it are refused with the reason.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!IsEnabled())
        {
            return;
        }

        if (Loaded() is not { } loaded)
        {
            Unreadable(logger, options.ProfilesFile);
            return;
        }

        var trouble = IsOwn ? await LoadAsync(cancellationToken) : loaded.Contains(DefaultProfile) ? null : NotOurs;
        if (trouble is not null)
        {
            NotLoaded(logger, DefaultProfile, trouble);
        }
    }

    /// <param name="needsDefault">The profile of RuntimeDefault is loaded where it is not there.</param>
    /// <returns>The facts with the profiles of now; without any where the host has no AppArmor.</returns>
    internal async Task<HostFacts> AddToAsync(HostFacts host, bool needsDefault, CancellationToken cancellationToken)
    {
        var loaded = IsEnabled() ? Loaded() : null;
        if (loaded is null || !needsDefault || loaded.Contains(DefaultProfile))
        {
            return host with { AppArmorProfiles = loaded };
        }

        if (!IsOwn)
        {
            return host with { AppArmorProfiles = loaded, AppArmorTrouble = NotOurs };
        }

        var trouble = await LoadAsync(cancellationToken);
        return trouble is null ? host with { AppArmorProfiles = Loaded() } : host with { AppArmorProfiles = loaded, AppArmorTrouble = trouble };
    }

    /// <summary>Looks whether another profile could be what RuntimeDefault stands for, and has it loaded where it is ours.</summary>
    /// <returns>Null: it could. Else why not.</returns>
    public async Task<string?> TryAsync(string profile, CancellationToken cancellationToken)
    {
        if (!IsEnabled() || Loaded() is not { } loaded || loaded.Contains(profile))
        {
            return null;
        }

        return profile == DefaultAppArmor.ProfileName ? await LoadAsync(cancellationToken) : NotOurs;
    }

    /// <summary>For containers that are made from now on.</summary>
    public void Use(string profile) => _defaultProfile = profile;

    public void Dispose() => _loading.Dispose();

    private bool IsOwn => DefaultProfile == DefaultAppArmor.ProfileName;

    private static string NotOurs => "it is named in the configuration and not loaded on this host: load it with apparmor_parser";

    private bool IsEnabled() => HostPath.TryReadFile(options.EnabledFile, SmallFileLimitBytes) is { Length: > 0 } text && text[0] == (byte)'Y';

    /// <returns>Null where the kernel does not show them.</returns>
    private HashSet<string>? Loaded() =>
        HostPath.TryReadFile(options.ProfilesFile, ProfilesLimitBytes) is { } profiles ? ParseProfiles(Encoding.UTF8.GetString(profiles)) : null;

    /// <summary>"name (enforce)", a line each.</summary>
    internal static HashSet<string> ParseProfiles(string profiles) =>
        [.. profiles.Split('\n').Select(line => line.LastIndexOf(" (", StringComparison.Ordinal) is var end and > 0 ? line[..end] : "").Where(name => name.Length > 0)];

    /// <returns>Null: it is in the kernel. Else why not.</returns>
    private async Task<string?> LoadAsync(CancellationToken cancellationToken)
    {
        if (options.ParserPaths.FirstOrDefault(File.Exists) is not { } parser)
        {
            return $"apparmor_parser is not installed (looked for {string.Join(", ", options.ParserPaths)}): install the package apparmor";
        }

        await _loading.WaitAsync(cancellationToken);
        try
        {
            var run = await ProgramRun.RunAsync(
                new ProgramCommand
                {
                    Path = parser,
                    // Replace, and leave the cache alone.
                    Arguments = ["-Kr"],
                    Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
                    StandardInput = Encoding.UTF8.GetBytes(DefaultAppArmor.Text(File.Exists(DefaultAppArmor.AbiFile))),
                    TimeLimit = ParserLimit,
                },
                cancellationToken);
            return run.Exit.IsSuccess ? null : $"{parser} could not load it: {run.StandardErrorText.Trim().ReplaceLineEndings(" ")}";
        }
        catch (Exception failure) when (failure is LinuxException or TimeoutException)
        {
            return $"{parser} could not load it: {failure.Message}";
        }
        finally
        {
            _loading.Release();
        }
    }

    [LoggerMessage(170, LogLevel.Warning, "The AppArmor profile {Profile}, which RuntimeDefault stands for, can't be applied: {Trouble}")]
    private static partial void NotLoaded(ILogger logger, string profile, string trouble);

    [LoggerMessage(171, LogLevel.Warning, "AppArmor is on, and {File} can't be read: no profile is applied until securityfs is mounted on /sys/kernel/security")]
    private static partial void Unreadable(ILogger logger, string file);
}

/// <summary>Where AppArmor is looked for, and the profile that RuntimeDefault stands for.</summary>
public sealed record AppArmorOptions
{
    /// <summary>Our own is loaded by the daemon; any other has to be there.</summary>
    public string DefaultProfile { get; init; } = DefaultAppArmor.ProfileName;

    /// <summary>"Y" where the kernel runs with it.</summary>
    public string EnabledFile { get; init; } = "/sys/module/apparmor/parameters/enabled";

    public string ProfilesFile { get; init; } = "/sys/kernel/security/apparmor/profiles";

    /// <summary>The first that exists is used.</summary>
    public IReadOnlyList<string> ParserPaths { get; init; } = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"];
}
