using CriSharp.Primitives;

namespace CriSharp.Images;

/// <summary>Removes an image with all its tags and frees the layers that no other image needs.</summary>
public sealed class RemoveImage(ImageStore images)
{
    /// <summary>Idempotent: an image that is not here is removed already.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: a container uses the image.</exception>
    public Task RunAsync(string name, CancellationToken cancellationToken) => images.Resolve(name) is null
        ? Task.CompletedTask
        : throw new RuntimeException(ErrorKind.Unimplemented, "removing is not there yet");
}
