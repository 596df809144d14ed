using CriSharp.TestSupport.Records;

namespace CriSharp.TestSupport.Power;

/// <summary>Makes the records of a stopped daemon those of an earlier boot of the machine: tests can't reboot it.</summary>
public static class EarlierBoot
{
    public static void Pretend(string root)
    {
        foreach (var record in (string[])[.. RecordsIn(root, "sandboxes"), .. RecordsIn(root, "containers"), .. RecordsIn(root, "layers", "unsynced.json")])
        {
            StoredRecord.Change(record, document => document["bootId"] = "00000000-1111-2222-3333-444444444444");
        }
    }

    private static IEnumerable<string> RecordsIn(string root, string folder, string name = "record.json") => Directory.Exists(Path.Combine(root, folder))
        ? Directory.EnumerateDirectories(Path.Combine(root, folder)).Select(path => Path.Combine(path, name)).Where(File.Exists)
        : [];
}
