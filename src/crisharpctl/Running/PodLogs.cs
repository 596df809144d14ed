namespace CriSharp.Ctl.Running;

/// <summary>The folder of a pod's logs, as the kubelet lays it out; an annotation remembers it, so that rm can clean up after run.</summary>
internal static class PodLogs
{
    private const string Annotation = "io.crisharp.ctl/log-directory";

    public static string FolderOf(string parent, string podNamespace, string name, string uid) => Path.Combine(parent, $"{podNamespace}_{name}_{uid}");

    public static void Remember(IDictionary<string, string> annotations, string folder) => annotations[Annotation] = folder;

    /// <summary>Only a folder that run made for this pod alone.</summary>
    public static void RemoveOf(IDictionary<string, string> annotations)
    {
        if (annotations.TryGetValue(Annotation, out var folder) && Path.IsPathFullyQualified(folder) && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
