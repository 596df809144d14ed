using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// ROOT/layout.json: which folders lie in a root and what they mean. Single records have versions of their own; this one changes when a daemon
/// that does not know it would read past, or sweep, what another release has put there.
/// </summary>
internal static class RootLayout
{
    public const int Current = 1;

    private const string FileName = "layout.json";
    private const int LimitBytes = 64 * 1024;

    /// <summary>Asked before anything is written there, even the lock. A root without the file is new, or of a release before it: that layout was 1.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: a later release has been here.</exception>
    public static void RefuseOther(string root)
    {
        if (TryRead(root) is { } found && found.Layout != Current)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"the state in {root} has layout {found.Layout}, written by crisharpd {found.WrittenBy}; this is crisharpd {DaemonVersion.Document.Version}, "
                    + $"which reads layout {Current}: run that release again, or give this one a --root of its own. Nothing was changed");
        }
    }

    /// <summary>Says whose root it is. Called under the root's lock.</summary>
    public static void Mark(string root)
    {
        if (TryRead(root) is null)
        {
            var document = new RootLayoutDocument { Layout = Current, WrittenBy = DaemonVersion.Document.Version };
            RecordFile.Write(Path.Combine(root, FileName), JsonSerializer.SerializeToUtf8Bytes(document, RootLayoutJson.Default.RootLayoutDocument));
        }
    }

    /// <returns>Null where there is none, or a damaged one, which says nothing: each record says its own version.</returns>
    private static RootLayoutDocument? TryRead(string root)
    {
        try
        {
            return RecordFile.TryRead(Path.Combine(root, FileName), LimitBytes) is { HasChecksum: true } content
                ? JsonSerializer.Deserialize(content.Json, RootLayoutJson.Default.RootLayoutDocument)
                : null;
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException)
        {
            return null;
        }
    }
}

internal sealed record RootLayoutDocument
{
    public required int Layout { get; init; }

    /// <summary>The release that made the root.</summary>
    public required string WrittenBy { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RootLayoutDocument))]
internal sealed partial class RootLayoutJson : JsonSerializerContext;
