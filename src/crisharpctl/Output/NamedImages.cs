using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;

namespace CriSharp.Ctl.Output;

/// <summary>Images with their names, a line for each.</summary>
internal static class NamedImages
{
    public static async Task WriteAsync(Session session, ImagesDocument images)
    {
        if (session.Json)
        {
            await session.Out.WriteLineAsync(JsonSerializer.Serialize(images, AdminJson.Default.ImagesDocument));
            return;
        }

        foreach (var image in images.Images)
        {
            await session.Out.WriteLineAsync(image.Names.Count > 0 ? $"{image.Id} {string.Join(' ', image.Names)}" : image.Id);
        }
    }
}
