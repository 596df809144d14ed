using CriSharp.Linux;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Bundles;

/// <summary>
/// The bundles of all containers, each in a folder of its id that only root may enter. They lie on a tmpfs and need not survive a
/// reboot: nothing is synced.
/// </summary>
/// <param name="directory">runroot/containers</param>
public sealed class BundleStore(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public Bundle Of(ContainerId id) => new(Path.Combine(directory, $"{id}"));

    /// <summary>Makes the folder with config.json and an empty rootfs to mount on; what an earlier, failed try left there is replaced.</summary>
    /// <exception cref="RuntimeException">
    /// InvalidArgument: it is too long, and nothing is made; ResourceExhausted: no room; Internal: the run root can't be written.
    /// </exception>
    public Bundle Write(ContainerId id, ReadOnlySpan<byte> configJson)
    {
        if (configJson.Length > RuntimeSpec.LimitBytes)
        {
            throw new RuntimeException(
                ErrorKind.InvalidArgument,
                $"container {id}: its OCI specification has {configJson.Length} bytes, and {RuntimeSpec.LimitBytes} is the limit: it was asked for with too much text in its command, environment or annotations");
        }

        var bundle = Of(id);
        try
        {
            Directory.CreateDirectory(bundle.Directory, OwnerOnly);
            Directory.CreateDirectory(bundle.RootFs, OwnerOnly);
            OwnerOnlyFile.Write(bundle.ConfigPath, configJson);
            return bundle;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(
                failure.HResult == Errno.ENOSPC ? ErrorKind.ResourceExhausted : ErrorKind.Internal,
                $"container {id}: its bundle {bundle.Directory} can't be written: {failure.Message}",
                failure);
        }
    }

    /// <summary>Idempotent. Never descends into rootfs, which has to be unmounted before: a forgotten mount is an error, not a lost image.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: rootfs is still mounted or not empty.</exception>
    public void Remove(ContainerId id)
    {
        var bundle = Of(id);
        if (!Directory.Exists(bundle.Directory))
        {
            return;
        }

        try
        {
            if (Directory.Exists(bundle.RootFs))
            {
                Directory.Delete(bundle.RootFs, recursive: false);
            }
        }
        catch (IOException failure)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition, $"container {id}: {bundle.RootFs} is still mounted or not empty: {failure.Message}", failure);
        }

        foreach (var file in Directory.EnumerateFiles(bundle.Directory))
        {
            File.Delete(file);
        }

        Directory.Delete(bundle.Directory, recursive: false);
    }

    /// <summary>The ids of all bundles, for the sweeper.</summary>
    public IReadOnlyList<ContainerId> List()
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var ids = new List<ContainerId>();
        foreach (var entry in Directory.EnumerateDirectories(directory))
        {
            if (ContainerId.TryParse(Path.GetFileName(entry), out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }
}
