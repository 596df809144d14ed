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
    private volatile bool _hasStarted;

    public string Name => Options.DefaultName;

    public void Configure(LoggerFilterOptions filter)
    {
        var level = options.Value.LogLevel;
        filter.MinLevel = level;
        // The web server tells a dozen lines of every request: only who asks for a trace wants them.
        filter.AddFilter("Microsoft", level == LogLevel.Trace ? LogLevel.Trace : LogLevel.Warning);
        // A start that fails is told once, by the command that failed; the host would tell it with all its stack.
        filter.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", wanted => wanted >= LogLevel.Warning && (_hasStarted || level == LogLevel.Trace));
        // While anything of it is wanted, the server makes an activity and a scope of its own for each request, beside ours.
        filter.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", level == LogLevel.Trace ? LogLevel.Trace : LogLevel.None);
    }

    public IChangeToken GetChangeToken() => _changed;

    /// <summary>From here on the host's own words are wanted, too.</summary>
    public void Start() => _hasStarted = true;

    /// <summary>Loggers that there are already read the level again.</summary>
    public void Turn() => Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
}
