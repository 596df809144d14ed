namespace CriSharp.Daemon.Configuration;

/// <summary>The options that the daemon runs by now: those of its start, and what a reload has changed since.</summary>
internal sealed class OptionsInForce(DaemonOptions atStart)
{
    private volatile DaemonOptions _value = atStart;

    public DaemonOptions Value => _value;

    public void Replace(DaemonOptions options) => _value = options;
}
