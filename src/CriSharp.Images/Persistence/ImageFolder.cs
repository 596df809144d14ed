using CriSharp.Linux.Files;
using CriSharp.Oci;

namespace CriSharp.Images.Persistence;

/// <summary>The folder of image records, one file per image.</summary>
internal sealed class ImageFolder
{
    private const string Extension = ".json";
    private const string BrokenExtension = ".broken";
    private const int FileLimitBytes = 16 << 20;

    public ImageFolder(string path)
    {
        Path = path;
        HostPath.MakeDirectories(path, Permissions.PrivateFolder);
    }

    public string Path { get; }

    /// <summary>All records; one that can't be read is set aside under another name and reported, and the others load.</summary>
    public List<(ImageRecord Record, long Revision)> Load(Action<string, Exception> reportBroken)
    {
        var records = new List<(ImageRecord Record, long Revision)>();
        foreach (var file in new DirectoryInfo(Path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).ToList())
        {
            if (DurableFile.IsTemporary(file.Name))
            {
                DurableFile.Remove(file.FullName);
            }
            else if (file.Extension == Extension)
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
        }

        return records;
    }

    public void Write(ImageRecord record, long revision) => DurableFile.Replace(PathOf(record.Id), ImageDocument.Format(record, revision));

    public void Remove(string id) => DurableFile.Remove(PathOf(id));

    /// <summary>Keeps a record for people to look at, where it counts no more.</summary>
    public void SetAside(ImageRecord record) => SetAside(PathOf(record.Id));

    private static void SetAside(string path) => File.Move(path, path + BrokenExtension, overwrite: true);

    private static (ImageRecord Record, long Revision) Read(FileInfo file)
    {
        if (file.Length > FileLimitBytes)
        {
            throw new FormatException($"it has {file.Length} bytes, and {FileLimitBytes} is the limit");
        }

        var (record, revision) = ImageDocument.Parse(File.ReadAllBytes(file.FullName));
        return Digest.Parse(record.Id).Hex + Extension == file.Name
            ? (record, revision)
            : throw new FormatException($"it is about {record.Id}, which is not what its name says");
    }

    private string PathOf(string id) => System.IO.Path.Combine(Path, Digest.Parse(id).Hex + Extension);
}
