using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Commands;

/// <summary>What the verb state answers. https://github.com/opencontainers/runtime-spec/blob/main/runtime.md#state</summary>
/// <param name="Status">creating, created, running, stopped; runc also says paused.</param>
/// <param name="Pid">0 when stopped.</param>
public sealed record OciRuntimeState(string Id, string Status, int Pid, string Bundle)
{
    /// <exception cref="RuntimeException">DataLoss: not such a document.</exception>
    internal static OciRuntimeState Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, OciRuntimeJson.Default.OciRuntimeState)
                ?? throw new JsonException("null");
        }
        catch (JsonException malformed)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the OCI runtime's state is malformed: {malformed.Message}", malformed);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OciRuntimeState))]
internal sealed partial class OciRuntimeJson : JsonSerializerContext;
