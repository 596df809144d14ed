using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// One line per event: time (UTC), level, room, message, ids of the scopes, exception; line ends within are written as \n.
/// In the journal a line begins with its priority, on a terminal its level has a colour.
/// </summary>
internal sealed class EventLineFormatter(TimeProvider timeProvider, LogStyle style) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "event-line";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var (priority, level, colour) = Level(logEntry.LogLevel);
        var line = new StringBuilder(256);
        if (style.HasPriorities)
        {
            line.Append('<').Append(priority).Append('>');
        }

        line.Append(timeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        line.Append(' ').Append(style.HasColours ? $"\e[{colour}m{level}\e[0m" : level).Append(' ').Append(Room(logEntry.Category)).Append(": ");
        line.Append(logEntry.Formatter(logEntry.State, null));
        scopeProvider?.ForEachScope(static (scope, text) => AppendScope(text, scope), line);
        for (var failure = logEntry.Exception; failure is not null; failure = failure.InnerException)
        {
            line.Append(" | ").Append(failure.GetType().Name).Append(": ").Append(failure.Message);
        }

        // A trace belongs to a defect, not to a failure that was foreseen.
        if (logEntry is { LogLevel: >= LogLevel.Error, Exception.StackTrace: { } trace })
        {
            line.Append(" | ").Append(trace);
        }

        textWriter.WriteLine(OneLine(line.ToString()));
    }

    private static void AppendScope(StringBuilder text, object? scope)
    {
        if (scope is not IEnumerable<KeyValuePair<string, object?>> properties)
        {
            return;
        }

        foreach (var (key, value) in properties)
        {
            // The web server's own scopes number its connections: our ids say more.
            if (key is not ("{OriginalFormat}" or "ConnectionId" or "RequestId" or "RequestPath"))
            {
                text.Append(' ').Append(key).Append('=').Append(Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Room(string category) => category[(category.LastIndexOf('.') + 1)..];

    private static string OneLine(string text) =>
        text.AsSpan().ContainsAny(LineEnds) ? text.ReplaceLineEndings("\\n") : text;

    private static (char Priority, string Name, string Colour) Level(LogLevel level) => level switch
    {
        LogLevel.Critical => ('2', "fatal", "1;31"),
        LogLevel.Error => ('3', "error", "31"),
        LogLevel.Warning => ('4', "warn", "33"),
        LogLevel.Information => ('6', "info", "32"),
        _ => ('7', "debug", "2"),
    };
}
