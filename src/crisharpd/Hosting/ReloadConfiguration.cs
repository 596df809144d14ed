using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Reads the configuration again. All of it is read and checked before anything changes, so that what is wrong changes nothing.
/// What can't change under a running daemon is named and stays as it is. Containers are left alone.
/// </summary>
/// <param name="read">Files, variables and flags, as at the start.</param>
internal sealed class ReloadConfiguration(Func<DaemonOptions> read, OptionsInForce inForce, LogLevelSwitch logLevel, ILiveOptions rooms, ILogger log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <exception cref="RuntimeException">The configuration can't be used; the old one stays.</exception>
    public async Task<ReloadOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await TakeAsync(read(), cancellationToken);
        }
        catch (Exception wrong) when (wrong is RuntimeException or IOException or UnauthorizedAccessException)
        {
            log.RefusesConfiguration(wrong.Message);
            throw wrong as RuntimeException ?? new RuntimeException(ErrorKind.InvalidArgument, wrong.Message, wrong);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ReloadOutcome> TakeAsync(DaemonOptions found, CancellationToken cancellationToken)
    {
        var old = inForce.Value;
        var taken = LiveOf(old, found);
        var outcome = new ReloadOutcome(Differences(old, taken), Differences(taken, found));
        var change = await rooms.PrepareAsync(old, taken, cancellationToken);
        inForce.Replace(taken);
        change();
        logLevel.Turn();
        Tell(outcome, taken);
        return outcome;
    }

    private static DaemonOptions LiveOf(DaemonOptions old, DaemonOptions found)
    {
        // Folders of runtimes lie under the run root, which can't move.
        var runtimes = found.RunRoot == old.RunRoot ? found : old;
        return old with
        {
            LogLevel = found.LogLevel,
            PinnedImages = found.PinnedImages,
            DefaultRuntime = runtimes.DefaultRuntime,
            Runtimes = runtimes.Runtimes,
            DefaultEnvironment = found.DefaultEnvironment,
            DefaultUlimits = found.DefaultUlimits,
            DefaultCapabilities = found.DefaultCapabilities,
            SeccompProfile = found.SeccompProfile,
            AppArmorProfile = found.AppArmorProfile,
            CdiSpecDirectories = found.CdiSpecDirectories,
            InsecureRegistries = found.InsecureRegistries,
            SignaturePolicy = found.SignaturePolicy,
            SignaturePolicyDirectory = found.SignaturePolicyDirectory,
            RegistriesDirectory = found.RegistriesDirectory,
            IgnoredKeys = found.IgnoredKeys,
        };
    }

    private static List<string> Differences(DaemonOptions left, DaemonOptions right)
    {
        var (before, after) = (ConfigurationText.ValuesOf(left), ConfigurationText.ValuesOf(right));
        var names = before.Where(setting => !setting.Value.SequenceEqual(after[setting.Key])).Select(setting => setting.Key.Path).ToList();

        // The same file may say something else now.
        if (left.SeccompProfile != right.SeccompProfile && left.SeccompProfile?.Path == right.SeccompProfile?.Path)
        {
            names.Add(Settings.SeccompProfile.Path);
        }

        // A program that was not there may be there now.
        if (!left.Runtimes.Select(one => (ConfigurationText.Of(one), one.Unusable)).SequenceEqual(right.Runtimes.Select(one => (ConfigurationText.Of(one), one.Unusable))))
        {
            names.Add(ConfigurationFile.RuntimesPath);
        }

        return names;
    }

    private void Tell(ReloadOutcome outcome, DaemonOptions taken)
    {
        log.Reloaded(outcome.Changed.Count == 0 ? "nothing has changed" : $"changed: {string.Join(", ", outcome.Changed)}");
        if (outcome.WantsRestart.Count > 0)
        {
            log.WantsRestart(string.Join(", ", outcome.WantsRestart));
        }

        OptionNotices.Tell(log, taken);
    }
}
