using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Content;

/// <summary>
/// Records that can't be used, kept for people under ROOT/broken: the file or folder as it was found, and beside it NAME.why.json, which says
/// when and why. Nothing here counts any more; who has looked at an entry may delete it.
/// </summary>
/// <param name="root">Folder of the instance; "broken" lies in it, once there is something to keep.</param>
/// <param name="time">Null: the system's.</param>
/// <param name="further">Other folders of the instance: what lies in their "broken" is listed and removed as well.</param>
public sealed class BrokenRecords(string root, TimeProvider? time = null, params string[] further)
{
    private const string NoteSuffix = ".why.json";
    private const int NoteLimitBytes = 1 << 20;
    private readonly string _folder = FolderOf(root);
    private readonly string[] _folders = [FolderOf(root), .. further.Select(FolderOf)];
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Moves a record here. One that was set aside before under the same name stays as well.</summary>
    /// <param name="noun">What it is the record of, in a few words: "container", "status of a pod sandbox".</param>
    /// <param name="path">The file or folder to move, on the root's file system.</param>
    /// <returns>Where it lies now.</returns>
    /// <exception cref="IOException">It could not be moved, and stays where it was.</exception>
    public string SetAside(string noun, string id, string path, string reason)
    {
        HostPath.MakeDirectories(_folder, Permissions.PrivateFolder);
        var aside = FreePath($"{noun.Replace(' ', '-')}-{Path.GetFileName(id)}");
        var note = new BrokenRecordDocument { Noun = noun, Id = id, Path = path, Since = _time.GetUtcNow(), Reason = reason };
        TryWriteNote(aside + NoteSuffix, note);
        HostPath.Rename(path, aside);
        DirectorySync.Fsync(_folder);
        DirectorySync.Fsync(Path.GetDirectoryName(path)!);
        return aside;
    }

    /// <summary>All that lies here, the oldest first; what has no readable note is told as far as its name goes.</summary>
    public IReadOnlyList<BrokenRecord> List() =>
    [
        .. _folders.Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Where(path => !path.EndsWith(NoteSuffix, StringComparison.Ordinal) && !DurableFile.IsTemporary(path))
            .Select(Describe)
            .OrderBy(record => record.Since)
            .ThenBy(record => record.Path, StringComparer.Ordinal),
    ];

    /// <summary>Deletes one with its note, and all that lies in it.</summary>
    /// <param name="record">As <see cref="List"/> gave it.</param>
    public void Remove(BrokenRecord record)
    {
        if (!_folders.Contains(Path.GetDirectoryName(record.Path)))
        {
            throw new ArgumentException($"{record.Path} does not lie in {string.Join(" or ", _folders)}");
        }

        TreeRemoval.Remove(record.Path);
        TreeRemoval.Remove(record.Path + NoteSuffix);
    }

    private static string FolderOf(string root) => Path.Combine(Path.GetFullPath(root), "broken");

    private string FreePath(string name)
    {
        var path = Path.Combine(_folder, name);
        for (var copy = 2; Path.Exists(path); copy++)
        {
            path = Path.Combine(_folder, $"{name}.{copy}");
        }

        return path;
    }

    /// <summary>The record is moved all the same where the disk has no room for the note.</summary>
    private static void TryWriteNote(string path, BrokenRecordDocument note)
    {
        try
        {
            DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(note, BrokenRecordJson.Default.BrokenRecordDocument));
        }
        catch (IOException)
        {
            // The log tells the reason as well.
        }
    }

    private static BrokenRecord Describe(string path)
    {
        try
        {
            if (HostPath.TryReadFile(path + NoteSuffix, NoteLimitBytes, OpenFlags.NoFollow) is { } content
                && JsonSerializer.Deserialize(content, BrokenRecordJson.Default.BrokenRecordDocument) is { } note)
            {
                return new BrokenRecord(note.Noun, note.Id, path, note.Since, note.Reason);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            // As without a note.
        }

        // "container-ID", and ".2" where it was not the first.
        var name = Path.GetFileName(path);
        var dash = name.LastIndexOf('-');
        return new BrokenRecord(name[..Math.Max(dash, 0)].Replace('-', ' '), name[(dash + 1)..].Split('.')[0], path, File.GetLastWriteTimeUtc(path), "not known");
    }
}

/// <summary>One record that was set aside.</summary>
/// <param name="Noun">What it is the record of: "pod sandbox", "container", "image", "layer" ...</param>
/// <param name="Path">Where it lies now.</param>
/// <param name="Since">When it was set aside.</param>
/// <param name="Reason">Why, in words for people.</param>
public sealed record BrokenRecord(string Noun, string Id, string Path, DateTimeOffset Since, string Reason);

/// <summary>NAME.why.json.</summary>
internal sealed record BrokenRecordDocument
{
    public required string Noun { get; init; }

    public required string Id { get; init; }

    /// <summary>Where it was.</summary>
    public required string Path { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required string Reason { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BrokenRecordDocument))]
internal sealed partial class BrokenRecordJson : JsonSerializerContext;
