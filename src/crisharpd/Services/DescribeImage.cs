using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.Images;

namespace CriSharp.Daemon.Services;

/// <summary>An image in the words of the CRI.</summary>
internal static class DescribeImage
{
    /// <param name="pinned">The kubelet does not remove it when the disk gets full.</param>
    public static Image ForStatus(ImageRecord record, bool pinned)
    {
        var image = new Image
        {
            Id = record.Id,
            Size = (ulong)Math.Max(record.SizeBytes, 1),
            Spec = new ImageSpec { Image = record.Id },
            Pinned = pinned,
        };
        image.RepoTags.Add(record.RepoTags);
        image.RepoDigests.Add(record.RepoDigests);
        TellUser(image, record.Config.User);
        return image;
    }

    /// <summary>Either a number or a name, never both: the kubelet decides runAsNonRoot by it. "1003:1004" is the number 1003, "" is neither and means root.</summary>
    private static void TellUser(Image image, string configured)
    {
        var user = configured.Split(':')[0];
        if (user.Length == 0)
        {
            return;
        }

        if (long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
        {
            image.Uid = new Int64Value { Value = uid };
        }
        else
        {
            image.Username = user;
        }
    }
}
