using System.Text.Json;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>The one attachment of a sandbox, in its cache folder.</summary>
internal static class AttachmentFile
{
    private const string FileName = "attachment.json";

    // A configuration and a result of 1 MiB each, with every character escaped; and not indented, which could multiply them.
    private const int LimitBytes = 16 * 1024 * 1024;

    public static void Write(string cacheDirectory, Attachment attachment)
    {
        if (!Directory.Exists(cacheDirectory))
        {
            Directory.CreateDirectory(cacheDirectory);
            DirectorySync.Fsync(Path.GetDirectoryName(cacheDirectory)!);
        }

        RecordFile.Write(PathIn(cacheDirectory), JsonSerializer.SerializeToUtf8Bytes(attachment, AttachmentJson.Default.Attachment));
    }

    public static bool Exists(string cacheDirectory) => File.Exists(PathIn(cacheDirectory));

    /// <returns>Null when the sandbox is not attached.</returns>
    /// <exception cref="RuntimeException">DataLoss: the file is damaged, or of a later version.</exception>
    public static Attachment? TryRead(string cacheDirectory)
    {
        var path = PathIn(cacheDirectory);
        try
        {
            if (RecordFile.TryRead(path, LimitBytes) is not { } content)
            {
                return null;
            }

            var attachment = JsonSerializer.Deserialize(content.Json, AttachmentJson.Default.Attachment) ?? throw new FormatException("it is null");
            content.RequireVersion(attachment.Version, Attachment.CurrentVersion);
            return attachment;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or IOException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the network attachment {path} can't be used: {failure.Message}", failure);
        }
    }

    public static void Remove(string cacheDirectory)
    {
        if (File.Exists(PathIn(cacheDirectory)))
        {
            DurableFile.Remove(PathIn(cacheDirectory));
        }
    }

    public static string PathIn(string cacheDirectory) => Path.Combine(cacheDirectory, FileName);
}
