using System.Text.Json;
using CriSharp.Images;

namespace CriSharp.Daemon.Services;

/// <summary>How an image wants to be run, in the words of its own config document. https://github.com/opencontainers/image-spec/blob/main/config.md</summary>
internal static class ImageSpecText
{
    public static void Write(Utf8JsonWriter json, string name, ImageRecord image)
    {
        json.WriteStartObject(name);
        if (image.CreatedAt is { } created)
        {
            json.WriteString("created", created);
        }

        json.WriteString("architecture", image.Platform.Architecture);
        json.WriteString("os", image.Platform.Os);
        WriteConfig(json, image);
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        WriteTexts(json, "diff_ids", image.Layers.Select(layer => layer.ToString()));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, ImageRecord image)
    {
        var config = image.Config;
        json.WriteStartObject("config");
        WriteText(json, "User", config.User);
        WriteTexts(json, "Env", config.Env);
        WriteTexts(json, "Entrypoint", config.Entrypoint);
        WriteTexts(json, "Cmd", config.Cmd);
        WriteText(json, "WorkingDir", config.WorkingDir);
        WriteText(json, "StopSignal", config.StopSignal);
        json.WriteStartObject("Volumes");
        foreach (var path in config.Volumes)
        {
            json.WriteStartObject(path);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
