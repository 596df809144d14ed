using System.Text;
using System.Text.Json;
using CriSharp.Cni;
using CriSharp.Images;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Services;

/// <summary>What `crictl inspect` and its kin show beside the status: one JSON object.</summary>
internal static class VerboseText
{
    public static string Of(PodSandbox sandbox, InstanceFolders folders) => Write(json =>
    {
        json.WriteString("id", sandbox.Id.ToString());
        json.WriteString("runtimeHandler", sandbox.Record.RuntimeHandler);
        json.WriteString("cgroupParent", sandbox.Record.CgroupParent);
        if (sandbox.State is SandboxState.Ready { Infra.Init: { } infra })
        {
            json.WriteNumber("pid", infra.Pid);
        }

        if (!sandbox.Record.HasHostNetwork)
        {
            json.WriteString("netNamespace", Path.Combine(folders.NamespacesOf(sandbox.Id), "net"));
            WriteNetwork(json, folders.NetworkOf(sandbox.Id));
        }

        ResourcesText.Write(json, "overhead", sandbox.Resources.Overhead);
        ResourcesText.Write(json, "resources", sandbox.Resources.Resources);
    });

    public static string Of(Container container, InstanceFolders folders) => Write(json =>
    {
        json.WriteString("sandboxID", container.Record.SandboxId.ToString());
        json.WriteString("runtimeHandler", container.Record.RuntimeHandler);
        if (ProcessOf(container.State) is { } pid)
        {
            json.WriteNumber("pid", pid);
        }

        if (container.MonitorLoss is { } loss)
        {
            json.WriteString("monitorLoss", loss);
        }

        json.WriteBoolean("privileged", container.Record.Config.Linux?.SecurityContext?.Privileged ?? false);
        json.WriteString("bundle", folders.RunOf(container.Id));
        WriteSpec(json, Path.Combine(folders.RunOf(container.Id), "config.json"));
    });

    public static string Of(ImageRecord image) => Write(json =>
    {
        json.WriteString("id", image.Id);
        if (image.ArtifactType is { } type)
        {
            json.WriteString("artifactType", type);
        }

        WriteTexts(json, "labels", image.Config.Labels);
        ImageSpecText.Write(json, "imageSpec", image);
    });

    /// <summary>What the network's plugins answered, as they wrote it.</summary>
    private static void WriteNetwork(Utf8JsonWriter json, string folder)
    {
        try
        {
            if (SandboxNetwork.TryReadResult(folder) is { } result)
            {
                json.WritePropertyName("cniResult");
                result.Json.WriteTo(json);
            }
        }
        catch (RuntimeException damaged)
        {
            json.WriteString("cniResult", damaged.Message);
        }
    }

    /// <summary>What the OCI runtime got; a reboot, and a container that is half made, has none.</summary>
    private static void WriteSpec(Utf8JsonWriter json, string path)
    {
        byte[] spec;
        try
        {
            spec = File.ReadAllBytes(path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        json.WritePropertyName("runtimeSpec");
        json.WriteRawValue(spec);
    }

    private static int? ProcessOf(ContainerState state) => state switch
    {
        ContainerState.Created created => created.Processes.Init.Pid,
        ContainerState.Running running => running.Processes.Init.Pid,
        _ => null,
    };

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> fill)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fill(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
