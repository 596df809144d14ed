using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Storage;

/// <summary>What a crash may leave in a folder where things are half made: trees, and the mount that helped to make one.</summary>
internal static class Staging
{
    public static void Sweep(string folder)
    {
        foreach (var entry in MountTable.Read().Where(entry => entry.Target.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse())
        {
            Mounting.Unmount(entry.Target, lazy: true);
        }

        TreeRemoval.Remove(folder);
    }
}
