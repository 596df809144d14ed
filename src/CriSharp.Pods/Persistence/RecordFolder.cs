using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;

namespace CriSharp.Pods.Persistence;

/// <summary>
/// One folder per thing with one record (written once) and one status (replaced whole), each with its checksum.
/// The caller holds the thing's lock.
/// </summary>
/// <param name="check">Whether a record may be believed where it was found; throws where it may not.</param>
/// <param name="checkStatus">As check, of a status.</param>
/// <param name="reserve">Room for the states of what is there already. What is new has to do without it.</param>
internal sealed class RecordFolder<TRecord, TStatus>(
    string path,
    JsonTypeInfo<TRecord> recordType,
    JsonTypeInfo<TStatus> statusType,
    Action<string, TRecord> check,
    Action<TStatus> checkStatus,
    DiskReserve reserve)
    where TRecord : class, IRecordDocument
    where TStatus : class, IRecordDocument
{
    private const string RecordFileName = "record.json";
    private const string UnclaimedFile = "unclaimed";

    /// <summary>A CRI request is at most 80 MiB; what is kept of it can't be larger, base64 included.</summary>
    private const int LimitBytes = 128 << 20;

    public string PathOf(string id) => Path.Combine(path, id);

    public bool Exists(string id) => Directory.Exists(PathOf(id));

    public void WriteRecord(string id, TRecord record)
    {
        Directory.CreateDirectory(PathOf(id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        RecordFile.Write(Path.Combine(PathOf(id), RecordFileName), JsonSerializer.SerializeToUtf8Bytes(record, recordType));
        DirectorySync.Fsync(path);
    }

    /// <summary>The first one, which completes a thing.</summary>
    public void WriteFirstStatus(string id, TStatus status) =>
        RecordFile.Write(Path.Combine(PathOf(id), InstanceFolders.StatusFileName), JsonSerializer.SerializeToUtf8Bytes(status, statusType));

    public void WriteStatus(string id, TStatus status) => reserve.Write(() => WriteFirstStatus(id, status));

    /// <summary>Nobody has been told of the thing: durable, since its time runs on in the next daemon.</summary>
    public void MarkUnclaimed(string id) => reserve.Write(() => DurableFile.Replace(Path.Combine(PathOf(id), UnclaimedFile), []));

    /// <summary>Not synced: who knows the thing does more with it, and that tells as well.</summary>
    public void UnmarkUnclaimed(string id)
    {
        try
        {
            File.Delete(Path.Combine(PathOf(id), UnclaimedFile));
        }
        catch (DirectoryNotFoundException)
        {
            // It is being removed, and its mark is gone with it.
        }
    }

    public bool IsUnclaimed(string id) => File.Exists(Path.Combine(PathOf(id), UnclaimedFile));

    /// <summary>The record goes first: a crash half way leaves a folder without one, which the next start sweeps.</summary>
    public void Remove(string id)
    {
        if (!Directory.Exists(PathOf(id)))
        {
            return;
        }

        DurableFile.Remove(Path.Combine(PathOf(id), RecordFileName));
        Directory.Delete(PathOf(id), recursive: true);
    }

    /// <summary>All that is there; one broken folder never hides the others.</summary>
    /// <exception cref="IOException">A shortage of the machine's, of which no record is to blame.</exception>
    public IEnumerable<RecordOnDisk<TRecord, TStatus>> Load()
    {
        if (!Directory.Exists(path))
        {
            yield break;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            yield return LoadOne(Path.GetFileName(entry));
        }
    }

    /// <summary>For a folder that has no record: its making or removal was cut short.</summary>
    public void RemoveEmpty(string id) => Directory.Delete(PathOf(id), recursive: true);

    private RecordOnDisk<TRecord, TStatus> LoadOne(string id)
    {
        var status = TryRead(Path.Combine(PathOf(id), InstanceFolders.StatusFileName), statusType, checkStatus, out var statusFailure);
        var record = TryRead(
            Path.Combine(PathOf(id), RecordFileName),
            recordType,
            found =>
            {
                RequirePlace(id);
                check(id, found);
            },
            out var failure);
        if (record is null && failure is null && !IsPlace(id, out var why))
        {
            failure = new FormatException(why);
        }

        return new(id, record, status, failure, statusFailure);
    }

    private void RequirePlace(string id)
    {
        if (!IsPlace(id, out var why))
        {
            throw new FormatException(why);
        }
    }

    private bool IsPlace(string id, out string why)
    {
        why = !ContainerId.TryParse(id, out _) ? "its name is no id"
            : new DirectoryInfo(PathOf(id)) is not { Exists: true, LinkTarget: null } ? "it is no folder"
            : "";
        return why.Length == 0;
    }

    private static T? TryRead<T>(string file, JsonTypeInfo<T> type, Action<T> check, out Exception? failure)
        where T : class, IRecordDocument
    {
        failure = null;
        try
        {
            if (RecordFile.TryRead(file, LimitBytes) is not { } content)
            {
                return null;
            }

            var document = JsonSerializer.Deserialize(content.Json, type) ?? throw new FormatException("it is null");
            content.RequireVersion(document.Version, InstanceFolders.RecordVersion);
            check(document);
            return document;
        }
        catch (Exception damage) when (!Shortage.Is(damage))
        {
            // Without a checksum, as version 1 was, a damaged record can fail in any way.
            failure = new FormatException($"{Path.GetFileName(file)}: {damage.Message}", damage);
            return null;
        }
    }
}

/// <param name="Record">Null where the folder has none (its making or removal was cut short) or it is broken.</param>
/// <param name="Status">Null where there is none or it is broken; it may be whole beside a broken record.</param>
/// <param name="Failure">Why the record can't be believed.</param>
/// <param name="StatusFailure">Why the status can't.</param>
internal sealed record RecordOnDisk<TRecord, TStatus>(string Id, TRecord? Record, TStatus? Status, Exception? Failure, Exception? StatusFailure)
    where TRecord : class
    where TStatus : class;

internal interface IRecordDocument
{
    int Version { get; }
}
