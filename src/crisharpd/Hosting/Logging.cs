using CriSharp.Daemon.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace CriSharp.Daemon.Hosting;

/// <summary>Events go to standard error, in the form that was asked for.</summary>
internal static class Logging
{
    public static void Configure(ILoggingBuilder logging, DaemonOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        // The web server tells a dozen lines of every request: only who asks for a trace wants them.
        logging.AddFilter("Microsoft", options.LogLevel == LogLevel.Trace ? LogLevel.Trace : LogLevel.Warning);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = options.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : EventLineFormatter.FormatterName;
        });
        logging.Services.AddSingleton<ConsoleFormatter, EventLineFormatter>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }
}
