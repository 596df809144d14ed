using System.Globalization;
using System.Text;
using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Streaming;

/// <summary>How a command ended, by the last words of its session: a metav1.Status.</summary>
internal static class CommandEnd
{
    /// <summary>What comes beyond is no status.</summary>
    public const int LimitBytes = 64 * 1024;

    /// <returns>The command's exit code.</returns>
    /// <exception cref="RuntimeException">Internal: it did not end, or could not begin; the runtime's words.</exception>
    public static int Read(ReadOnlySpan<byte> status)
    {
        if (status.IsEmpty)
        {
            throw Failed("the session ended without a word: the runtime, or the connection to it, has gone");
        }

        try
        {
            using var document = JsonDocument.Parse(status.ToArray());
            var root = document.RootElement;
            return Text(root, "status") == "Success" ? 0
                : Text(root, "reason") == "NonZeroExitCode" && ExitCodeOf(root) is { } code ? code
                : throw Failed(Text(root, "message") is { Length: > 0 } words ? words : "the session failed without a reason");
        }
        catch (JsonException)
        {
            throw Failed(Encoding.UTF8.GetString(status));
        }
    }

    private static int? ExitCodeOf(JsonElement status)
    {
        if (!status.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Object
            || !details.TryGetProperty("causes", out var causes) || causes.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var cause in causes.EnumerateArray())
        {
            if (Text(cause, "reason") == "ExitCode" && int.TryParse(Text(cause, "message"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code))
            {
                return code;
            }
        }

        return null;
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static RuntimeException Failed(string words) => new(ErrorKind.Internal, words);
}
