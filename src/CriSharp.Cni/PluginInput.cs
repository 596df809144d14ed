using System.Buffers;
using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>
/// What a plugin gets on standard input: its own configuration with the list's name and version, and what this attachment adds.
/// https://www.cni.dev/docs/spec/#deriving-request-configuration-from-plugin-configuration
/// </summary>
internal static class PluginInput
{
    // Set below, whatever the file says; "capabilities" must not be present.
    private static readonly string[] Replaced = ["name", "cniVersion", "runtimeConfig", "prevResult", "capabilities", "cni.dev/valid-attachments"];

    /// <param name="attachment">Null for verbs that concern the whole network.</param>
    public static ReadOnlyMemory<byte> For(
        NetworkConfiguration network, PluginConfiguration plugin, Attachment? attachment, JsonElement? previousResult, IReadOnlyList<ValidAttachment>? validAttachments = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in plugin.Json.EnumerateObject().Where(property => !Replaced.Contains(property.Name)))
            {
                property.WriteTo(writer);
            }

            writer.WriteString("name", network.Name);
            writer.WriteString("cniVersion", network.CniVersion.ToString());
            WriteRuntimeConfig(writer, plugin, attachment);
            if (previousResult is { } previous)
            {
                writer.WritePropertyName("prevResult");
                previous.WriteTo(writer);
            }

            if (validAttachments is not null)
            {
                WriteValidAttachments(writer, validAttachments);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    // https://www.cni.dev/docs/conventions/#dynamic-plugin-specific-fields-capabilities--runtime-configuration
    private static void WriteRuntimeConfig(Utf8JsonWriter writer, PluginConfiguration plugin, Attachment? attachment)
    {
        var ports = plugin.Capabilities.Contains("portMappings") ? attachment?.PortMappings.Where(mapping => mapping.HostPort > 0).ToArray() ?? [] : [];
        var others = attachment?.Capabilities?.Where(fact => plugin.Capabilities.Contains(fact.Key)).ToArray() ?? [];
        if (ports.Length + others.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("runtimeConfig");
        WritePorts(writer, ports);
        foreach (var (name, fact) in others)
        {
            writer.WritePropertyName(name);
            fact.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WritePorts(Utf8JsonWriter writer, PortMapping[] published)
    {
        if (published.Length == 0)
        {
            return;
        }

        writer.WriteStartArray("portMappings");
        foreach (var mapping in published)
        {
            writer.WriteStartObject();
            writer.WriteNumber("hostPort", mapping.HostPort);
            writer.WriteNumber("containerPort", mapping.ContainerPort);
            writer.WriteString("protocol", mapping.Protocol switch
            {
                PortProtocol.Udp => "udp",
                PortProtocol.Sctp => "sctp",
                _ => "tcp",
            });
            if (!string.IsNullOrEmpty(mapping.HostIp))
            {
                writer.WriteString("hostIP", mapping.HostIp);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteValidAttachments(Utf8JsonWriter writer, IReadOnlyList<ValidAttachment> attachments)
    {
        writer.WriteStartArray("cni.dev/valid-attachments");
        foreach (var attachment in attachments)
        {
            writer.WriteStartObject();
            writer.WriteString("containerID", attachment.ContainerId);
            writer.WriteString("ifname", attachment.InterfaceName);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}

/// <summary>An attachment that GC must leave alone.</summary>
public sealed record ValidAttachment(string ContainerId, string InterfaceName = "eth0");
