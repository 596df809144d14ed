using CriSharp.Images;

namespace CriSharp.Pods.Containers;

/// <summary>What people call a container's image: the name in the pod's spec, where the client tells it; else a tag of the image, else what the client asked for.</summary>
public sealed class ContainerImageNames(ImageStore images)
{
    public string Of(Container container)
    {
        var asked = container.Record.Config.Image;
        if (asked.UserSpecifiedImage.Length > 0)
        {
            return asked.UserSpecifiedImage;
        }

        return images.Resolve(container.Record.ImageId)?.RepoTags is [var tag, ..] ? tag : asked.Image;
    }
}
