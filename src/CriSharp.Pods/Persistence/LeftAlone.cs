using CriSharp.Storage.Content;

namespace CriSharp.Pods.Persistence;

/// <summary>
/// Pod sandboxes and containers whose records can't be used: what there is of them is left alone, so their ids have an owner. A broken status
/// or attachment is no such thing: its record still tells all.
/// </summary>
internal sealed class LeftAlone(InstanceFolders folders)
{
    private readonly BrokenRecords _broken = new(folders.Root);

    public IEnumerable<BrokenRecord> Sandboxes => _broken.List().Where(IsSandbox);

    public bool Has(string id) => _broken.List().Any(record => record.Id == id && (IsSandbox(record) || IsContainer(record)));

    // The first release had the folders' names for nouns.
    private static bool IsSandbox(BrokenRecord record) => record.Noun is "pod sandbox" or "sandboxes";

    private static bool IsContainer(BrokenRecord record) => record.Noun is "container" or "containers";
}
