using System.Buffers;
using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>
/// Facts of a sandbox that a plugin gets when its configuration asks for them, under the names that plugins know; its ports are kept apart.
/// https://www.cni.dev/docs/conventions/#dynamic-plugin-specific-fields-capabilities--runtime-configuration
/// </summary>
internal static class Capabilities
{
    /// <summary>What may pass at once, in bits: as large as the bandwidth plugin and the kernel's token bucket take it well.</summary>
    private const long BurstBits = uint.MaxValue;

    /// <summary>Only what some plugin of the network asks for.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Of(CniRequest request, NetworkConfiguration network)
    {
        var facts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        Add("bandwidth", request.Bandwidth is not null, writer => Write(writer, request.Bandwidth!));
        Add("dns", !request.Dns.IsEmpty, writer => Write(writer, request.Dns));
        Add("cgroupPath", request.CgroupPath.Length > 0, writer => writer.WriteStringValue(request.CgroupPath));
        Add("io.kubernetes.cri.pod-annotations", request.Annotations.Count > 0, writer => Write(writer, request.Annotations));
        return facts;

        void Add(string name, bool isKnown, Action<Utf8JsonWriter> write)
        {
            if (isKnown && network.Plugins.Any(plugin => plugin.Capabilities.Contains(name)))
            {
                facts[name] = Json(write);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, Bandwidth bandwidth)
    {
        writer.WriteStartObject();
        foreach (var (direction, rate) in new[] { ("ingress", bandwidth.IngressBits), ("egress", bandwidth.EgressBits) })
        {
            if (rate is { } bits)
            {
                writer.WriteNumber($"{direction}Rate", bits);
                writer.WriteNumber($"{direction}Burst", BurstBits);
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PodDns dns)
    {
        writer.WriteStartObject();
        foreach (var (name, texts) in new[] { ("servers", dns.Servers), ("searches", dns.Searches), ("options", dns.Options) })
        {
            writer.WriteStartArray(name);
            foreach (var text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> annotations)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in annotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name, text);
        }

        writer.WriteEndObject();
    }

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
