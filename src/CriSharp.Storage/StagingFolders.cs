namespace CriSharp.Storage;

/// <summary>Where things are half made: an entry there is being worked on, or was left by a failure.</summary>
public static class StagingFolders
{
    /// <summary>What each of them is called.</summary>
    public const string Name = ".staging";

    private static readonly string[] Stores = ["content", "layers", "snapshots"];

    /// <param name="root">Folder of the instance.</param>
    /// <returns>The entries of every store's staging folder, whole paths.</returns>
    public static IReadOnlyList<string> Entries(string root) =>
        [.. Stores.Select(store => Path.Combine(root, store, Name)).Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries)];

    /// <summary>Removes an entry, with what helped to make it mounted in it.</summary>
    public static void Remove(string entry) => Staging.Sweep(entry);
}
