using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Reads the configuration again. All of it is read and checked before anything changes, so that a wrong file changes nothing.
/// What can't change under a running daemon is named and stays as it is.
/// </summary>
/// <param name="read">The file and the flags, as at the start.</param>
internal sealed class ReloadConfiguration(Func<DaemonOptions> read, OptionsInForce inForce, LogLevelSwitch logLevel, ILogger log)
{
    private readonly Lock _one = new();

    /// <returns>What came of it, for systemctl status.</returns>
    public string Run()
    {
        lock (_one)
        {
            try
            {
                return Take(read());
            }
            catch (Exception wrong) when (wrong is RuntimeException or IOException or UnauthorizedAccessException)
            {
                log.RefusesConfiguration(wrong.Message);
                return $"the configuration is wrong and the old one stays: {wrong.Message}";
            }
        }
    }

    private string Take(DaemonOptions found)
    {
        var old = inForce.Value;
        var taken = old with { LogLevel = found.LogLevel, PinnedImages = found.PinnedImages };
        var changed = Differences(old, taken);
        var waiting = Differences(taken, found);
        inForce.Replace(taken);
        logLevel.Turn();
        log.Reloaded(changed.Count == 0 ? "nothing has changed" : $"changed: {string.Join(", ", changed)}");
        if (waiting.Count == 0)
        {
            return "the configuration is read again";
        }

        var words = string.Join(", ", waiting);
        log.WantsRestart(words);
        return $"the configuration is read again; wants a restart: {words}";
    }

    private static List<string> Differences(DaemonOptions left, DaemonOptions right)
    {
        var (before, after) = (ConfigurationText.ValuesOf(left), ConfigurationText.ValuesOf(right));
        List<string> names = [.. before.Where(setting => !setting.Value.SequenceEqual(after[setting.Key])).Select(setting => setting.Key.Path)];
        return left.Runtimes.Select(ConfigurationText.Of).SequenceEqual(right.Runtimes.Select(ConfigurationText.Of)) ? names : [.. names, "crio.runtime.runtimes"];
    }
}
