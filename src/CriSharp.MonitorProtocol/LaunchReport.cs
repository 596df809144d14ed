using System.Globalization;
using System.Text;

namespace CriSharp.MonitorProtocol;

/// <summary>
/// The one line that a monitor writes to its report pipe: <c>{"pid":N}</c>, or <c>{"pid":-1,"message":"..."}</c> with the OCI
/// runtime's own words when there is no container.
/// </summary>
/// <param name="Pid">The container's init in the daemon's PID namespace, or -1.</param>
/// <param name="Message">Null when the container was made.</param>
public readonly record struct LaunchReport(int Pid, string? Message)
{
    /// <summary>No line is longer: a reader may stop there.</summary>
    public const int LongestLineBytes = 64 * 1024;

    /// <summary>Longer messages keep their end, where runtimes say what it was.</summary>
    public const int LongestMessageCharacters = 8 * 1024;

    private const string PidPart = "{\"pid\":";
    private const string MessagePart = ",\"message\":\"";

    public bool Succeeded => Pid > 0;

    /// <summary>The line with its newline.</summary>
    public byte[] Format()
    {
        var line = new StringBuilder(PidPart).Append(CultureInfo.InvariantCulture, $"{Pid}");
        if (Message is not null)
        {
            line.Append(MessagePart);
            Escape(line, Message.Length <= LongestMessageCharacters ? Message : Message[^LongestMessageCharacters..]);
            line.Append('"');
        }

        return Encoding.UTF8.GetBytes(line.Append("}\n").ToString());
    }

    /// <exception cref="FormatException">Not such a line.</exception>
    public static LaunchReport Parse(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line).TrimEnd('\n');
        if (!text.StartsWith(PidPart, StringComparison.Ordinal) || !text.EndsWith('}'))
        {
            throw Malformed(text);
        }

        var rest = text.AsSpan(PidPart.Length, text.Length - PidPart.Length - 1);
        var comma = rest.IndexOf(',');
        var number = comma < 0 ? rest : rest[..comma];
        if (!int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
        {
            throw Malformed(text);
        }

        if (comma < 0)
        {
            return new LaunchReport(pid, null);
        }

        var tail = rest[comma..];
        if (!tail.StartsWith(MessagePart, StringComparison.Ordinal) || tail.Length <= MessagePart.Length || tail[^1] != '"')
        {
            throw Malformed(text);
        }

        return new LaunchReport(pid, Unescape(tail[MessagePart.Length..^1]) ?? throw Malformed(text));
    }

    private static void Escape(StringBuilder line, string message)
    {
        foreach (var c in message)
        {
            _ = c switch
            {
                '"' or '\\' => line.Append('\\').Append(c),
                '\n' => line.Append("\\n"),
                < ' ' or '\x7f' => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }
    }

    private static string? Unescape(ReadOnlySpan<char> text)
    {
        var message = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                message.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
            {
                return null;
            }

            if (text[i] == 'u')
            {
                if (text.Length - i < 5 || !int.TryParse(text.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    return null;
                }

                message.Append((char)code);
                i += 4;
                continue;
            }

            message.Append(text[i] == 'n' ? '\n' : text[i]);
        }

        return message.ToString();
    }

    private static FormatException Malformed(string text) => new($"a monitor's report is malformed: {text}");
}
