using CriSharp.Primitives;

namespace CriSharp.Cni;

public sealed partial class SandboxNetwork
{
    /// <summary>The file that keeps what was attached.</summary>
    public static string RecordIn(string cacheDirectory) => AttachmentFile.PathIn(cacheDirectory);

    /// <summary>Asks whether an attachment that is recorded may be believed: that it is whole, and this very sandbox's.</summary>
    /// <param name="request">As the attachment was, or would have been, asked for.</param>
    /// <returns>Null where it may, and where there is none.</returns>
    public static RuntimeException? FindDamage(CniRequest request)
    {
        try
        {
            if (AttachmentFile.TryRead(request.CacheDirectory) is not { } attachment)
            {
                return null;
            }

            RecordedNetwork(attachment);
            return (attachment.ContainerId, attachment.NetNsPath) == (request.ContainerId, request.NetNsPath) ? null : new RuntimeException(
                ErrorKind.DataLoss,
                $"it is about sandbox {attachment.ContainerId} with the namespace {attachment.NetNsPath}, not {request.ContainerId} with {request.NetNsPath}");
        }
        catch (RuntimeException damage)
        {
            return damage;
        }
    }

    /// <summary>Records anew, in place of a damaged attachment, what a DEL needs: what was asked for, and the network as it is configured now. The result of the ADD is lost.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: no valid configuration.</exception>
    public void Restore(CniRequest request) => AttachmentFile.Write(request.CacheDirectory, Describe(request, _configurations.Load()));
}
