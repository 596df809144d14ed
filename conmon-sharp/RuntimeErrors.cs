namespace ConmonSharp;

/// <summary>Reads the log that runc (logrus) and crun write as text: the last line that says what went wrong.</summary>
internal static class RuntimeErrors
{
    private const string LogrusMessage = " msg=";

    /// <summary>Empty when there is nothing.</summary>
    public static string LastMessage(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            return "";
        }

        // time="..." level=error msg="exec failed: ..."
        var line = lines[^1];
        var at = line.IndexOf(LogrusMessage, StringComparison.Ordinal);
        if (at < 0)
        {
            return line;
        }

        var message = line[(at + LogrusMessage.Length)..];
        return message is ['"', .., '"'] ? message[1..^1].Replace("\\\"", "\"").Replace("\\\\", "\\") : message;
    }
}
