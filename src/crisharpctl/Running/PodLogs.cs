using CriSharp.Cri.V1;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Running;

/// <summary>The folder of a pod's logs, as the kubelet lays it out; an annotation remembers it, so that rm can clean up after run.</summary>
internal static class PodLogs
{
    private const string Annotation = "io.crisharp.ctl/log-directory";

    public static string FolderOf(string parent, PodSandboxMetadata pod) => Path.Combine(parent, NameOf(pod));

    public static void Remember(IDictionary<string, string> annotations, string folder) => annotations[Annotation] = folder;

    /// <summary>Only a folder that run made for this pod alone. Anybody who may make pods writes annotations: what is not called as this pod's folder stays.</summary>
    /// <exception cref="RuntimeException">Internal: it can't be removed.</exception>
    public static void RemoveOf(PodSandboxMetadata pod, IDictionary<string, string> annotations)
    {
        if (!annotations.TryGetValue(Annotation, out var folder) || !Path.IsPathFullyQualified(folder) || Path.GetFileName(folder) != NameOf(pod)
            || !Directory.Exists(folder) || new DirectoryInfo(folder).LinkTarget is not null)
        {
            return;
        }

        try
        {
            TreeRemoval.Remove(folder);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"the logs of pod {pod.Name} in {folder} can't be removed: {failure.Message}", failure);
        }
    }

    private static string NameOf(PodSandboxMetadata pod) => $"{pod.Namespace}_{pod.Name}_{pod.Uid}";
}
