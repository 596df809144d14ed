using System.Text.Json.Serialization;

namespace CriSharp.Pods.Persistence;

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SandboxRecordDocument))]
[JsonSerializable(typeof(SandboxStatusDocument))]
[JsonSerializable(typeof(ContainerRecordDocument))]
[JsonSerializable(typeof(ContainerStatusDocument))]
[JsonSerializable(typeof(ContainerResourcesDocument))]
[JsonSerializable(typeof(SandboxResourcesDocument))]
internal sealed partial class PodsJson : JsonSerializerContext;
