using CriSharp.Cri.V1;
using CriSharp.Ctl.Connection;
using CriSharp.Manual.Completion;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.CommandLine;

/// <summary>Names that the runtime has, for a shell that completes a word. It has little time; what fails is silent, since somebody is typing.</summary>
internal sealed class NameCompletion(Surroundings surroundings, GlobalOptions options)
{
    /// <returns>Null: no name of the runtime's stands there.</returns>
    public async Task<IEnumerable<string>?> NamesAsync(CompletionPlace place, CancellationToken cancellationToken)
    {
        if (ListsFor(place) is not { } lists)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(surroundings.CompletionLimit);
        try
        {
            var endpoint = Endpoint.Choose(place.Typed.GetValueOrDefault(options.Endpoint.Name), surroundings.EnvironmentVariable);
            using var cri = new CriConnection(endpoint, surroundings.CompletionLimit);
            var names = new List<string>();
            foreach (var list in lists)
            {
                names.AddRange(await list(cri, limit.Token));
            }

            return names.Order(StringComparer.Ordinal);
        }
        catch (Exception failure) when (failure is RuntimeException or RpcException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What is listed, by what the manual calls the value.</summary>
    private static Func<CriConnection, CancellationToken, Task<IEnumerable<string>>>[]? ListsFor(CompletionPlace place) => place.ValueName switch
    {
        "CONTAINER" or "ID" => [ContainersAsync, PodsAsync],
        "POD" => [PodsAsync],
        "IMAGE" => [ImagesAsync],
        "THING" => [ContainersAsync, PodsAsync, ImagesAsync],
        "NAME" when place.Command.Name == "untag" => [ImagesAsync],
        "FILE" or "FOLDER" or "PATH" or "SOCKET" or "PROGRAM" or "COMMAND" or "ARGUMENT" => null,
        "" => null,
        _ => [],
    };

    private static async Task<IEnumerable<string>> ContainersAsync(CriConnection cri, CancellationToken cancellationToken) =>
        (await cri.ListContainersAsync(cancellationToken)).Select(container => container.Metadata?.Name ?? "");

    private static async Task<IEnumerable<string>> PodsAsync(CriConnection cri, CancellationToken cancellationToken) =>
        (await cri.ListPodsAsync(cancellationToken)).Select(pod => pod.Metadata?.Name ?? "");

    private static async Task<IEnumerable<string>> ImagesAsync(CriConnection cri, CancellationToken cancellationToken) =>
        (await cri.Images.ListImagesAsync(new ListImagesRequest(), cri.Within(cancellationToken))).Images
            .SelectMany(image => image.RepoTags.Count > 0 ? image.RepoTags : image.RepoDigests);
}
