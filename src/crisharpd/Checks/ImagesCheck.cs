using CriSharp.Daemon.Configuration;
using CriSharp.Images.Checking;
using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Daemon.Checks;

/// <summary>The images that are there, if no daemon has them open.</summary>
internal sealed class ImagesCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken) =>
        Task.FromResult(Look(options, cancellationToken));

    internal static CheckFinding Describe(ImageFault fault, string outcome = "")
    {
        var noun = fault.Kind switch
        {
            ImageFaultKind.Image => "image",
            ImageFaultKind.Record => "record",
            ImageFaultKind.Layer or ImageFaultKind.UnusedLayer => "layer",
            ImageFaultKind.Document or ImageFaultKind.UnusedDocument => "document",
            _ => "leftover",
        };
        var words = $"{noun} {fault.Subject} {fault.Words}{outcome}";
        return fault.IsDamage ? CheckFinding.Error("images", words) : CheckFinding.Warning("images", words);
    }

    private static IReadOnlyList<CheckFinding> Look(DaemonOptions options, CancellationToken cancellationToken)
    {
        var lockPath = Path.Combine(options.Root, "lock");
        if (!File.Exists(lockPath))
        {
            return [CheckFinding.Ok("images", $"there are none in {options.ImageStore}")];
        }

        using var held = FileLock.TryAcquire(lockPath, out var holder);
        if (held is null)
        {
            return [CheckFinding.Ok("images", $"not looked at while a daemon runs (pid {holder}), which has looked at its start")];
        }

        try
        {
            var check = new CheckImages(options.ImageStore, SnapshotRecords.LayersIn(options.Root));
            var faults = check.Run(cancellationToken);
            return faults.Count == 0
                ? [CheckFinding.Ok("images", $"{check.Images} in {options.ImageStore} are whole")]
                : [.. faults.Select(fault => Describe(fault)), CheckFinding.Warning("images", "crisharpd check --repair sets aside what is damaged and removes what nobody needs")];
        }
        catch (RuntimeException unknown)
        {
            return [CheckFinding.Error("images", unknown.Message)];
        }
    }
}
