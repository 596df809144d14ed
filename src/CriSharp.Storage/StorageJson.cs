using System.Text.Json.Serialization;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Storage;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayerDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
internal sealed partial class StorageJson : JsonSerializerContext;
