using CriSharp.Linux.Processes;
using CriSharp.Oci;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>A process that works for one container of this instance.</summary>
public sealed record LeftoverProcess(ContainerId Id, ProcessIdentity Process);

/// <summary>
/// Finds the processes that work for this instance's containers by what their command lines name: folders that no other instance has.
/// The containers' own processes can't be told by it, and are not meant.
/// </summary>
/// <param name="containerRuns">runroot/containers, as it was written on the command lines.</param>
public sealed class LeftoverProcesses(string containerRuns)
{
    /// <summary>conmon-sharp: "--id ID ... --bundle CONTAINERRUNS/ID ... --exit-file ... --socket ...", of whatever release.</summary>
    public IEnumerable<LeftoverProcess> Monitors(IEnumerable<ProcessEntry> processes)
    {
        foreach (var process in processes)
        {
            if (ContainerId.TryParse(After(process, "--id"), out var id)
                && After(process, "--bundle") == Path.Combine(containerRuns, $"{id}")
                && After(process, "--exit-file") is not null
                && After(process, "--socket") is not null)
            {
                yield return new LeftoverProcess(id, process.Identity);
            }
        }
    }

    /// <summary>runc or crun at work: "PROGRAM --root ROOT ... VERB ... ID".</summary>
    public static IEnumerable<LeftoverProcess> Runtimes(IEnumerable<ProcessEntry> processes, RuntimeHandler handler)
    {
        foreach (var process in processes)
        {
            if (Path.GetFileName(process.Arguments[0]) == Path.GetFileName(handler.Path)
                && After(process, "--root") == handler.Root
                && process.Arguments.Select(argument => ContainerId.TryParse(argument, out var id) ? id : (ContainerId?)null).OfType<ContainerId>().ToArray() is [.., var named])
            {
                yield return new LeftoverProcess(named, process.Identity);
            }
        }
    }

    private static string? After(ProcessEntry process, string option)
    {
        for (var i = 1; i < process.Arguments.Count - 1; i++)
        {
            if (process.Arguments[i] == option)
            {
                return process.Arguments[i + 1];
            }
        }

        return null;
    }
}
