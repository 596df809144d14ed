using CriSharp.Oci;
using CriSharp.Storage.Content;

namespace CriSharp.Images.Persistence;

/// <summary>The folder of image records, one file per image.</summary>
internal sealed class ImageFolder(string path)
{
    private const string Extension = ".json";
    private const string BrokenExtension = ".broken";
    private const int FileLimitBytes = 16 << 20;

    private readonly RecordFiles _files = new(path);

    public string Path => _files.Path;

    /// <summary>All records; one that can't be read is set aside under another name and reported, and the others load.</summary>
    public List<(ImageRecord Record, long Revision)> Load(Action<string, Exception> reportBroken)
    {
        var records = new List<(ImageRecord Record, long Revision)>();
        foreach (var file in _files.List().Where(file => file.Extension == Extension))
        {
            try
            {
                records.Add(Read(file));
            }
            catch (Exception broken) when (broken is FormatException or IOException)
            {
                SetAside(file.FullName);
                reportBroken(file.FullName, broken);
            }
        }

        return records;
    }

    public void Write(ImageRecord record, long revision) => _files.Write(NameOf(record.Id), ImageDocument.Format(record, revision));

    public void Remove(string id) => _files.Remove(NameOf(id));

    /// <summary>Keeps a record for people to look at, where it counts no more.</summary>
    public void SetAside(ImageRecord record) => SetAside(_files.PathOf(NameOf(record.Id)));

    private static void SetAside(string path) => File.Move(path, path + BrokenExtension, overwrite: true);

    private static (ImageRecord Record, long Revision) Read(FileInfo file)
    {
        if (file.Length > FileLimitBytes)
        {
            throw new FormatException($"it has {file.Length} bytes, and {FileLimitBytes} is the limit");
        }

        var (record, revision) = ImageDocument.Parse(File.ReadAllBytes(file.FullName));
        return NameOf(record.Id) == file.Name
            ? (record, revision)
            : throw new FormatException($"it is about {record.Id}, which is not what its name says");
    }

    private static string NameOf(string id) => Digest.Parse(id).Hex + Extension;
}
