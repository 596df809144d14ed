using CriSharp.Daemon.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>Which events are written, as the options in force say; may change while the daemon runs.</summary>
internal sealed class LogLevelSwitch(OptionsInForce options) : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private ConfigurationReloadToken _changed = new();

    public string Name => Options.DefaultName;

    public void Configure(LoggerFilterOptions filter)
    {
        var level = options.Value.LogLevel;
        filter.MinLevel = level;
        // The web server tells a dozen lines of every request: only who asks for a trace wants them.
        filter.AddFilter("Microsoft", level == LogLevel.Trace ? LogLevel.Trace : LogLevel.Warning);
        // Else each request has an activity and a scope made for it, which nothing that is logged tells.
        filter.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", level == LogLevel.Trace ? LogLevel.Trace : LogLevel.None);
    }

    public IChangeToken GetChangeToken() => _changed;

    /// <summary>Loggers that there are already read the level again.</summary>
    public void Turn() => Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
}
