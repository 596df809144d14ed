using CriSharp.Daemon.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CriSharp.Daemon.Hosting;

/// <summary>Events go to standard error, in the form that was asked for.</summary>
internal static class Logging
{
    public static void Configure(ILoggingBuilder logging, DaemonOptions options)
    {
        logging.Services.AddSingleton<LogLevelSwitch>();
        logging.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(provider => provider.GetRequiredService<LogLevelSwitch>());
        logging.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(provider => provider.GetRequiredService<LogLevelSwitch>());
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = options.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : EventLineFormatter.FormatterName;
        });
        logging.Services.AddSingleton(LogStyle.Detect(Environment.GetEnvironmentVariable));
        logging.Services.AddSingleton<ConsoleFormatter, EventLineFormatter>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }
}
