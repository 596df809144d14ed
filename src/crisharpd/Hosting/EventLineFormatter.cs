using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// One line per event: time (UTC), level, room, message, ids of the scopes, exception; line ends within are written as \n.
/// Under systemd a line begins with its priority, sd-daemon(3).
/// </summary>
internal sealed class EventLineFormatter(TimeProvider timeProvider) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "event-line";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    // systemd sets it where a service's output goes to the journal.
    private readonly bool _toJournal = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var (priority, level) = Level(logEntry.LogLevel);
        var line = new StringBuilder(256);
        if (_toJournal)
        {
            line.Append('<').Append(priority).Append('>');
        }

        line.Append(timeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        line.Append(' ').Append(level).Append(' ').Append(Room(logEntry.Category)).Append(": ");
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

    private static (char Priority, string Name) Level(LogLevel level) => level switch
    {
        LogLevel.Critical => ('2', "fatal"),
        LogLevel.Error => ('3', "error"),
        LogLevel.Warning => ('4', "warn"),
        LogLevel.Information => ('6', "info"),
        _ => ('7', "debug"),
    };
}
