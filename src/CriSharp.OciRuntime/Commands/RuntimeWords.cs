using System.Text;
using System.Text.Json;

namespace CriSharp.OciRuntime.Commands;

/// <summary>Finds what a runtime said went wrong, in its log (JSON lines) and plain standard error, which may be mixed.</summary>
public static class RuntimeWords
{
    /// <summary>Longer words keep their end, where the cause stands.</summary>
    public const int LimitCharacters = 4096;

    /// <returns>Null when it said nothing.</returns>
    public static string? Of(string text)
    {
        var words = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // The fatal error is both logged and printed: said once is enough.
            if (WordsOf(line) is { } found && !words.Contains(found))
            {
                words.Add(found);
            }
        }

        if (words.Count == 0)
        {
            return null;
        }

        var all = string.Join("; ", words);
        return all.Length <= LimitCharacters ? all : $"...{all[^LimitCharacters..]}";
    }

    private static string? WordsOf(string line)
    {
        if (!line.StartsWith('{'))
        {
            return line;
        }

        try
        {
            return Entry(Encoding.UTF8.GetBytes(line));
        }
        catch (JsonException)
        {
            // Cut short by a killed runtime or by our limit: better shown than lost.
            return line;
        }
    }

    private static string? Entry(byte[] line)
    {
        var reader = new Utf8JsonReader(line);
        string? level = null, message = null;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var (isLevel, isMessage) = (reader.ValueTextEquals("level"), reader.ValueTextEquals("msg"));
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                level = isLevel ? reader.GetString() : level;
                message = isMessage ? reader.GetString() : message;
            }
        }

        return level is "debug" or "info" or "warning" or "warn" ? null : message;
    }
}
