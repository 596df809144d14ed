using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CriSharp.Linux.Files;

namespace CriSharp.Pods.Persistence;

/// <summary>
/// One folder per thing with one record (written once) and one status (replaced whole): each temporary file, fsync, rename, fsync of the folder.
/// The caller holds the thing's lock.
/// </summary>
/// <param name="reserve">Room for the states of what is there already. What is new has to do without it.</param>
internal sealed class RecordFolder<TRecord, TStatus>(string path, JsonTypeInfo<TRecord> recordType, JsonTypeInfo<TStatus> statusType, DiskReserve reserve)
    where TRecord : class
    where TStatus : class
{
    private const string RecordFile = "record.json";
    private const string StatusFile = "status.json";
    private const string UnclaimedFile = "unclaimed";
    private const int OwnerReadWrite = 0b110_000_000;

    /// <summary>A CRI request is at most 80 MiB; what is kept of it can't be larger, base64 included.</summary>
    private const long LimitBytes = 128 << 20;

    public string PathOf(string id) => Path.Combine(path, id);

    public bool Exists(string id) => Directory.Exists(PathOf(id));

    public void WriteRecord(string id, TRecord record)
    {
        Directory.CreateDirectory(PathOf(id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Replace(Path.Combine(PathOf(id), RecordFile), JsonSerializer.SerializeToUtf8Bytes(record, recordType), OwnerReadWrite);
        DirectorySync.Fsync(path);
    }

    /// <summary>The first one, which completes a thing.</summary>
    public void WriteFirstStatus(string id, TStatus status) =>
        DurableFile.Replace(Path.Combine(PathOf(id), StatusFile), JsonSerializer.SerializeToUtf8Bytes(status, statusType), OwnerReadWrite);

    public void WriteStatus(string id, TStatus status) => reserve.Write(() => WriteFirstStatus(id, status));

    /// <summary>Nobody has been told of the thing: durable, since its time runs on in the next daemon.</summary>
    public void MarkUnclaimed(string id) => reserve.Write(() => DurableFile.Replace(Path.Combine(PathOf(id), UnclaimedFile), []));

    /// <summary>Not synced: who knows the thing does more with it, and that tells as well.</summary>
    public void UnmarkUnclaimed(string id) => File.Delete(Path.Combine(PathOf(id), UnclaimedFile));

    public bool IsUnclaimed(string id) => File.Exists(Path.Combine(PathOf(id), UnclaimedFile));

    /// <summary>The record goes first: a crash half way leaves a folder without one, which the next start sweeps.</summary>
    public void Remove(string id)
    {
        if (!Directory.Exists(PathOf(id)))
        {
            return;
        }

        DurableFile.Remove(Path.Combine(PathOf(id), RecordFile));
        Directory.Delete(PathOf(id), recursive: true);
    }

    /// <summary>All that is there; one broken folder never hides the others.</summary>
    public IEnumerable<RecordOnDisk<TRecord, TStatus>> Load()
    {
        if (!Directory.Exists(path))
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories(path))
        {
            yield return LoadOne(Path.GetFileName(folder));
        }
    }

    /// <summary>For a folder that has no record: its making or removal was cut short.</summary>
    public void RemoveEmpty(string id) => Directory.Delete(PathOf(id), recursive: true);

    /// <summary>Sets a folder that can't be read aside, for people: nothing of it is known, so nothing is undone.</summary>
    public string SetAside(string id)
    {
        var aside = Path.Combine(path, "..", "broken", $"{Path.GetFileName(path)}-{id}");
        Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.Move(PathOf(id), aside);
        return Path.GetFullPath(aside);
    }

    private RecordOnDisk<TRecord, TStatus> LoadOne(string id)
    {
        try
        {
            var record = Read(Path.Combine(PathOf(id), RecordFile), recordType);
            return new(id, record, record is null ? null : Read(Path.Combine(PathOf(id), StatusFile), statusType), null);
        }
        catch (Exception failure) when (failure is JsonException or IOException or FormatException)
        {
            return new(id, null, null, failure);
        }
    }

    private static T? Read<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        var facts = new FileInfo(file);
        if (!facts.Exists)
        {
            return null;
        }

        if (facts.Length > LimitBytes)
        {
            throw new FormatException($"{file} has {facts.Length} bytes, more than any record");
        }

        using var stream = facts.OpenRead();
        return JsonSerializer.Deserialize(stream, type);
    }
}

/// <param name="Record">Null where the folder has none (its making or removal was cut short) or it is broken.</param>
/// <param name="Failure">Why record or status can't be read.</param>
internal sealed record RecordOnDisk<TRecord, TStatus>(string Id, TRecord? Record, TStatus? Status, Exception? Failure)
    where TRecord : class
    where TStatus : class;
