using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Persistence;

/// <summary>
/// Whether a record may be believed where it was found: it is about the thing that its folder is named for, and the paths in it stay where
/// paths of its kind may be. Files are made and removed by what it says.
/// </summary>
internal static class RecordPlaces
{
    /// <exception cref="FormatException">It may not.</exception>
    public static void Require(string id, PodSandboxRecord record)
    {
        RequireId(id, record.Id.ToString());
        Require(record.Config.Metadata is not null, "the config has no metadata");
        Require(record.Runtime);
        foreach (var cgroup in record.MadeCgroups)
        {
            Require(IsPlain(cgroup), $"\"{cgroup}\" is not the folder of a cgroup");
        }
    }

    /// <exception cref="FormatException">It may not.</exception>
    public static void Require(string id, ContainerRecord record)
    {
        RequireId(id, record.Id.ToString());
        Require(record.Config.Metadata is not null, "the config has no metadata");
        Require(record.LogPath.Length == 0 || IsPlain(record.LogPath), $"the log's path \"{record.LogPath}\" is not absolute, or leaves its folder");
        Require(record.Runtime);
        Require(record.ImageId.Length > 0, "it names no image");
        Require(record.StopSignal > 0, $"{record.StopSignal} is no signal");
    }

    private static void Require(RuntimePlace? runtime) =>
        Require(runtime is null || (IsAbsolute(runtime.Path) && IsAbsolute(runtime.Root)), $"\"{runtime?.Path}\" and \"{runtime?.Root}\" are not the paths of a runtime");

    private static void RequireId(string id, string found) => Require(id == found, $"it is about {found}, which is not what its folder says");

    private static bool IsPlain(string path) => IsAbsolute(path) && !path.Split('/').Contains("..");

    private static bool IsAbsolute(string path) => path.StartsWith('/') && !path.Contains('\0');

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }
}
