using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Images;
using CriSharp.Images.Checking;
using CriSharp.Primitives;
using CriSharp.Storage.Snapshots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// crisharpd check --repair: 1 the locks · 2 all is looked at · 3 what is damaged is set aside · 4 the stores are opened as at a start, which removes what is half made, and
/// what nobody needs is freed · 5 all is looked at again.
/// </summary>
internal sealed class RepairImages(DaemonOptions options, TextWriter output)
{
    private const int Repaired = 0;
    private const int NotRepaired = 1;

    /// <returns>The exit code: 0 all is whole now, 1 something is not.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: a daemon runs, it is named. DataLoss: it can't be told which layers the containers need.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.Root))
        {
            await output.WriteLineAsync($"there is nothing in {options.Root}");
            return Repaired;
        }

        using var locks = InstanceLocks.Take(options);
        var (images, faults) = Look(cancellationToken);
        if (faults.Count == 0)
        {
            await output.WriteLineAsync(CheckFinding.Ok("images", $"{images} in {options.ImageStore} are whole").ToString());
            return Repaired;
        }

        var setAside = new SetAsideDamage(options.ImageStore);
        var outcomes = faults.Select(fault => (Fault: fault, Outcome: SetAside(setAside, fault))).ToList();
        await FreeUnusedAsync(cancellationToken);
        var stayed = Look(cancellationToken).Faults.Select(fault => (fault.Kind, fault.Subject)).ToHashSet();
        foreach (var (fault, outcome) in outcomes)
        {
            var word = stayed.Contains((fault.Kind, fault.Subject)) ? "NOT repaired" : outcome ?? "removed";
            await output.WriteLineAsync(ImagesCheck.Describe(fault, $"; {word}").ToString());
        }

        await output.WriteLineAsync(stayed.Count == 0 ? $"all is whole now in {options.ImageStore}" : $"{stayed.Count} things are not in {options.ImageStore}");
        return stayed.Count == 0 ? Repaired : NotRepaired;
    }

    private (int Images, IReadOnlyList<ImageFault> Faults) Look(CancellationToken cancellationToken)
    {
        var check = new CheckImages(options.ImageStore, SnapshotRecords.LayersIn(options.Root));
        var faults = check.Run(cancellationToken);
        return (check.Images, faults);
    }

    private static string? SetAside(SetAsideDamage setAside, ImageFault fault)
    {
        try
        {
            return setAside.Run(fault);
        }
        catch (IOException failure)
        {
            return $"NOT repaired: {failure.Message}";
        }
    }

    private async Task FreeUnusedAsync(CancellationToken cancellationToken)
    {
        await using var provider = OfflineRooms.Of(options, LogLevel.Critical).BuildServiceProvider();
        await provider.GetRequiredService<FreeUnusedLayers>().SweepAsync(TimeSpan.Zero, TimeProvider.System, cancellationToken);
    }
}
