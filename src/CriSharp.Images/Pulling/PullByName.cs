using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Names;

namespace CriSharp.Images.Pulling;

/// <summary>Pulls what a name stands for: one image, or for a short name the first of several that a registry has.</summary>
public sealed class PullByName(PullImage pull, ImageNames names, CredentialLookup credentials)
{
    /// <returns>The image's id.</returns>
    /// <exception cref="RuntimeException">
    /// As <see cref="PullImage"/>; InvalidArgument: the name is none, or ambiguous. Where several registries were asked, it tells what each answered.
    /// </exception>
    public async Task<string> RunAsync(NamedPull request, CancellationToken cancellationToken)
    {
        var candidates = names.Resolve(request.Name);
        var files = credentials.ForPull(request.PodNamespace, ImageReference.Parse(request.Name).Repository);
        if (candidates is [var only])
        {
            return await pull.RunAsync(new PullRequest { Reference = only, Credentials = request.Credentials, Files = files }, cancellationToken);
        }

        var answers = new List<(ImageReference Reference, RuntimeException Failure)>();
        foreach (var candidate in candidates)
        {
            try
            {
                return await pull.RunAsync(
                    new PullRequest { Reference = candidate, Credentials = CredentialsFor(candidate, request), Files = files }, cancellationToken);
            }
            catch (RuntimeException failure) when (MayBeElsewhere(failure))
            {
                answers.Add((candidate, failure));
            }
        }

        throw NowhereFound(request.Name, answers);
    }

    /// <summary>
    /// A kubelet takes a short name for one of docker.io and sends the credentials for that. No other registry that is searched may see them,
    /// unless they say themselves whose they are.
    /// </summary>
    private static PullCredentials? CredentialsFor(ImageReference candidate, NamedPull request) =>
        candidate.Domain == ImageReference.DefaultDomain || request.Credentials is { ServerAddress.Length: > 0 } ? request.Credentials : null;

    /// <summary>What the next registry may not answer in the same way; registries hide what is private or not there behind each other.</summary>
    private static bool MayBeElsewhere(RuntimeException failure) =>
        failure.Kind is ErrorKind.NotFound or ErrorKind.Unauthenticated or ErrorKind.PermissionDenied or ErrorKind.DeadlineExceeded || IsUnavailable(failure);

    private static bool IsUnavailable(RuntimeException failure) => failure.InnerException is RuntimeException { Kind: ErrorKind.Unavailable };

    private static RuntimeException NowhereFound(string name, List<(ImageReference Reference, RuntimeException Failure)> answers)
    {
        // The weightiest answer: one that says that the image is not there tells nothing about the others.
        var (_, first) = answers.Find(answer => answer.Failure.Kind != ErrorKind.NotFound) is { Failure: not null } other ? other : answers[0];
        var reason = IsUnavailable(first) ? $"{PullImage.UnavailableReason}: " : "";
        var words = string.Join("; ", answers.Select(answer => $"{answer.Reference}: {answer.Failure.Message}"));
        return new RuntimeException(first.Kind, $"{reason}none of the registries that are searched for the short name \"{name}\" has it: {words}", first);
    }
}
