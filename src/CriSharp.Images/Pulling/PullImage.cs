using CriSharp.Primitives;

namespace CriSharp.Images.Pulling;

/// <summary>Pulls images, many callers of the same one together.</summary>
public sealed class PullImage
{
    private readonly List<PullProgress> _running = [];

    /// <returns>The image's id.</returns>
    /// <exception cref="RuntimeException">Unauthenticated, PermissionDenied, NotFound, Unavailable, DeadlineExceeded, DataLoss, ResourceExhausted, InvalidArgument.</exception>
    public Task<string> RunAsync(PullRequest request, CancellationToken cancellationToken) =>
        throw new RuntimeException(ErrorKind.Unimplemented, $"{_running.Count} pulls: pulling is not there yet");

    /// <summary>The pulls under way.</summary>
    public IReadOnlyList<PullProgress> Progress() => [.. _running];
}
