using CriSharp.Oci;
using CriSharp.Storage.Content;

namespace CriSharp.Images.Persistence;

/// <summary>The folder of image records, one file per image.</summary>
internal sealed class ImageFolder(string path, BrokenRecords broken)
{
    private const string Extension = ".json";
    private const int FileLimitBytes = 16 << 20;

    private readonly RecordFiles _files = new(path);

    public string Path => _files.Path;

    /// <summary>All records; one that can't be used is set aside and reported, and the others load.</summary>
    /// <param name="reportBroken">Told where it lies now, and why.</param>
    public List<(ImageRecord Record, long Revision)> Load(Action<string, Exception> reportBroken)
    {
        var records = new List<(ImageRecord Record, long Revision)>();
        foreach (var name in _files.List().Where(name => System.IO.Path.GetExtension(name) == Extension))
        {
            try
            {
                records.Add(Read(name));
            }
            catch (Exception damage) when (damage is not OutOfMemoryException)
            {
                // Without a checksum, as version 1 was, a damaged record can fail in any way.
                reportBroken(TrySetAside(name, damage.Message), damage);
            }
        }

        return records;
    }

    /// <summary>For checks: as <see cref="Load"/>, but nothing is moved or removed.</summary>
    /// <param name="reportBroken">Told where it lies, and why it can't be used.</param>
    public static List<ImageRecord> Inspect(string path, Action<string, Exception> reportBroken)
    {
        var records = new List<ImageRecord>();
        if (!Directory.Exists(path))
        {
            return records;
        }

        var folder = new ImageFolder(path, new BrokenRecords(path));
        foreach (var name in Directory.EnumerateFileSystemEntries(path, "*" + Extension).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal))
        {
            try
            {
                records.Add(folder.Read(name).Record);
            }
            catch (Exception damage) when (damage is not OutOfMemoryException)
            {
                reportBroken(folder._files.PathOf(name), damage);
            }
        }

        return records;
    }

    public void Write(ImageRecord record, long revision) => _files.Write(NameOf(record.Id), ImageDocument.Format(record, revision));

    public void Remove(string id) => _files.Remove(NameOf(id));

    /// <summary>Keeps a record for people to look at, where it counts no more.</summary>
    public void SetAside(ImageRecord record, string reason) => TrySetAside(NameOf(record.Id), reason);

    /// <inheritdoc cref="SetAside(ImageRecord, string)"/>
    /// <returns>Where it lies now.</returns>
    /// <exception cref="IOException">It could not be moved.</exception>
    public string SetAside(string id, string reason) => SetAsideFile(_files.PathOf(NameOf(id)), reason);

    /// <inheritdoc cref="SetAside(string, string)"/>
    public string SetAsideFile(string path, string reason) => broken.SetAside("image", System.IO.Path.GetFileNameWithoutExtension(path), path, reason);

    private string TrySetAside(string name, string reason)
    {
        try
        {
            return SetAsideFile(_files.PathOf(name), reason);
        }
        catch (IOException)
        {
            // It stays, and is passed over at each start.
            return _files.PathOf(name);
        }
    }

    private (ImageRecord Record, long Revision) Read(string name)
    {
        var document = _files.Read(name, FileLimitBytes, ImageDocument.CurrentVersion, ImageDocument.Deserialize, document => document.Version);
        var record = document.ToRecord();
        return NameOf(record.Id) == name
            ? (record, document.Revision)
            : throw new FormatException($"it is about {record.Id}, which is not what its name says");
    }

    private static string NameOf(string id) => Digest.Parse(id).Hex + Extension;
}
