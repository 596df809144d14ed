namespace CriSharp.Daemon.Hosting;

/// <summary>What a configuration that was read again has changed.</summary>
/// <param name="Changed">Settings that are other ones now: "crio.runtime.log_level".</param>
/// <param name="WantsRestart">Those that are other ones in the configuration, and not in the daemon.</param>
internal sealed record ReloadOutcome(IReadOnlyList<string> Changed, IReadOnlyList<string> WantsRestart)
{
    /// <summary>One line, for systemctl status.</summary>
    public override string ToString() => WantsRestart.Count == 0
        ? "the configuration is read again"
        : $"the configuration is read again; wants a restart: {string.Join(", ", WantsRestart)}";
}
