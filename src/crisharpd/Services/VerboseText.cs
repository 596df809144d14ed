using System.Text;
using System.Text.Json;
using CriSharp.Images;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Daemon.Services;

/// <summary>What `crictl inspect` and its kin show beside the status: one JSON object.</summary>
internal static class VerboseText
{
    public static string Of(PodSandbox sandbox) => Write(json =>
    {
        json.WriteString("id", sandbox.Id.ToString());
        json.WriteString("runtimeHandler", sandbox.Record.RuntimeHandler);
        json.WriteString("cgroupParent", sandbox.Record.CgroupParent);
        if (sandbox.State is SandboxState.Ready { Infra.Init: { } infra })
        {
            json.WriteNumber("pid", infra.Pid);
        }

        ResourcesText.Write(json, "overhead", sandbox.Resources.Overhead);
        ResourcesText.Write(json, "resources", sandbox.Resources.Resources);
    });

    public static string Of(Container container) => Write(json =>
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
    });

    public static string Of(ImageRecord image) => Write(json =>
    {
        json.WriteString("id", image.Id);
        if (image.ArtifactType is { } type)
        {
            json.WriteString("artifactType", type);
        }

        json.WriteString("os", image.Platform.Os);
        json.WriteString("architecture", image.Platform.Architecture);
        json.WriteString("user", image.Config.User);
        json.WriteString("workingDir", image.Config.WorkingDir);
        WriteTexts(json, "entrypoint", image.Config.Entrypoint);
        WriteTexts(json, "cmd", image.Config.Cmd);
        WriteTexts(json, "env", image.Config.Env);
        WriteTexts(json, "layers", image.Layers.Select(layer => layer.ToString()));
    });

    private static int? ProcessOf(ContainerState state) => state switch
    {
        ContainerState.Created created => created.Processes.Init.Pid,
        ContainerState.Running running => running.Processes.Init.Pid,
        _ => null,
    };

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
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
