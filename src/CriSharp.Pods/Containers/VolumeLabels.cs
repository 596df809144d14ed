using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Specs.Selinux;

namespace CriSharp.Pods.Containers;

/// <summary>Gives volumes the label of the container that asked for it. Millions of files take minutes; a tree that has it already takes none.</summary>
internal static class VolumeLabels
{
    /// <exception cref="RuntimeException">FailedPrecondition: a label could not be set.</exception>
    public static async Task SetAsync(IReadOnlyList<string> sources, SelinuxLabels labels)
    {
        if (sources.Count == 0 || labels.Mount is not { } label)
        {
            return;
        }

        foreach (var source in sources)
        {
            try
            {
                await Task.Run(() => SelinuxTree.Label(source, label.ToString()));
            }
            catch (IOException failure)
            {
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"container config: the volume {source} could not be labelled {label}: {failure.Message}", failure);
            }
        }
    }
}
