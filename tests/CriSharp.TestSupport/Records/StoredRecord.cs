using System.Text.Json;
using System.Text.Json.Nodes;
using CriSharp.Linux.Files;

namespace CriSharp.TestSupport.Records;

/// <summary>Edits a record on disk as no daemon would.</summary>
public static class StoredRecord
{
    private const int LimitBytes = 16 << 20;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Changes a record and gives it the checksum that fits; one that is damaged stays as it is.</summary>
    public static void Change(string path, Action<JsonObject> change)
    {
        if (TryRead(path) is { } document)
        {
            change(document);
            File.WriteAllBytes(path, DocumentChecksum.Add(ToBytes(document)));
        }
    }

    /// <summary>As the first release wrote it: version 1, without a checksum.</summary>
    public static void MakeFirstVersion(string path)
    {
        var document = TryRead(path)!;
        document["version"] = 1;
        File.WriteAllBytes(path, ToBytes(document));
    }

    private static JsonObject? TryRead(string path)
    {
        try
        {
            if (RecordFile.TryRead(path, LimitBytes) is not { HasChecksum: true } content || JsonNode.Parse(content.Json) is not JsonObject document)
            {
                return null;
            }

            document.Remove("checksum");
            return document;
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException)
        {
            return null;
        }
    }

    private static byte[] ToBytes(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document, Indented);
}
