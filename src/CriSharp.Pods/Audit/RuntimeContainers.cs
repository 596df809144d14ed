using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.OciRuntime.Commands;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>Containers that an OCI runtime has state of, living or dead. Removing one kills its processes.</summary>
public sealed class RuntimeContainers(RuntimeHandlers handlers, IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    /// <summary>Where runc and crun write down the bundle.</summary>
    private static readonly string[] StateFiles = ["state.json", "status"];
    private const int StateLimitBytes = 4 << 20;

    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "container";

    public IEnumerable<Finding> Find() =>
        from runtime in handlers.All
        from id in runtime.List()
        where !owners.Owns($"{id}") && IsOurs(runtime, id)
        select new Finding(Kind, $"{id}", $"OCI runtime '{runtime.Handler.Name}' knows a container that no record has")
        {
            OwnerId = $"{id}",
            Since = Ages.Of(Path.Combine(runtime.Handler.Root, $"{id}")),
        };

    public async Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        var id = ContainerId.Parse(finding.Subject);
        foreach (var runtime in handlers.All.Where(runtime => runtime.List().Contains(id)))
        {
            await runtime.DeleteAsync(id, force: true, cancellationToken);
        }
    }

    /// <summary>A handler may have been given a folder that others use too: then the container's bundle tells.</summary>
    private bool IsOurs(OciRuntimeCli runtime, ContainerId id) =>
        runtime.Handler.Root.StartsWith(_folders.RunRoot + '/', StringComparison.Ordinal)
        || StateFiles.Any(file => HostPath.TryReadFile(Path.Combine(runtime.Handler.Root, $"{id}", file), StateLimitBytes) is { } state
            && Encoding.UTF8.GetString(state).Contains(_folders.RunOf(id), StringComparison.Ordinal));
}
