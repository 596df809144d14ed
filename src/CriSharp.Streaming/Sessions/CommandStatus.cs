using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CriSharp.Streaming.Sessions;

/// <summary>The last words of a session on its error stream: a metav1.Status, as v4.channel.k8s.io has it, or the bare words of a failure before that.</summary>
/// <remarks>https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Status</remarks>
internal static class CommandStatus
{
    public static byte[] OfExit(int exitCode, bool asStatus) => (exitCode, asStatus) switch
    {
        (0, false) => [],
        (0, true) => Json(static writer => writer.WriteString("status", "Success")),
        (_, false) => Encoding.UTF8.GetBytes(WordsOf(exitCode)),
        _ => Failure(WordsOf(exitCode), "NonZeroExitCode", "ExitCode", exitCode.ToString(CultureInfo.InvariantCulture), code: null),
    };

    /// <summary>Of what failed otherwise.</summary>
    public static byte[] OfFailure(string words, bool asStatus) =>
        asStatus ? Failure($"Internal error occurred: {words}", "InternalError", null, words, code: 500) : Encoding.UTF8.GetBytes(words);

    private static string WordsOf(int exitCode) =>
        string.Create(CultureInfo.InvariantCulture, $"command terminated with non-zero exit code: exit status {exitCode}");

    private static byte[] Failure(string message, string reason, string? cause, string causeMessage, int? code) => Json(writer =>
    {
        writer.WriteString("status", "Failure");
        writer.WriteString("message", message);
        writer.WriteString("reason", reason);
        writer.WriteStartObject("details");
        writer.WriteStartArray("causes");
        writer.WriteStartObject();
        if (cause is not null)
        {
            writer.WriteString("reason", cause);
        }

        writer.WriteString("message", causeMessage);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (code is { } number)
        {
            writer.WriteNumber("code", number);
        }
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartObject("metadata");
        writer.WriteEndObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
