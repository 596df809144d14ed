using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Google.Protobuf;

namespace CriSharp.Pods.Persistence;

/// <summary>resources.json beside the record of a pod sandbox or container: there from the first update of its resources on.</summary>
internal sealed class ResourcesFile<TDocument>(JsonTypeInfo<TDocument> type, Action<TDocument> check, DiskReserve reserve)
    where TDocument : class, IRecordDocument
{
    private const int LimitBytes = 1 << 20;

    public void Write(string folder, TDocument document) => reserve.Write(() =>
        RecordFile.Write(Path.Combine(folder, InstanceFolders.ResourcesFileName), JsonSerializer.SerializeToUtf8Bytes(document, type)));

    /// <returns>Null: nothing was ever updated.</returns>
    /// <exception cref="FormatException">It can't be believed.</exception>
    public TDocument? TryRead(string folder)
    {
        try
        {
            if (RecordFile.TryRead(Path.Combine(folder, InstanceFolders.ResourcesFileName), LimitBytes) is not { } content)
            {
                return null;
            }

            var document = JsonSerializer.Deserialize(content.Json, type) ?? throw new FormatException("it is null");
            content.RequireVersion(document.Version, InstanceFolders.RecordVersion);
            check(document);
            return document;
        }
        catch (Exception damage) when (damage is FormatException or JsonException or InvalidProtocolBufferException or IOException && !Shortage.Is(damage))
        {
            throw new FormatException($"{InstanceFolders.ResourcesFileName}: {damage.Message}", damage);
        }
    }
}
