using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Cgroups;
using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Commands;

namespace CriSharp.Daemon.Checks;

/// <summary>Each configured OCI runtime can be run, and which version it is.</summary>
internal sealed class RuntimesCheck : ICheck
{
    public async Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var findings = new List<CheckFinding>();
        foreach (var runtime in options.Runtimes)
        {
            var subject = $"runtime {runtime.Name}{(runtime.Name == options.DefaultRuntime ? " (default)" : "")}";
            if (runtime.Unusable is { } reason)
            {
                findings.Add(CheckFinding.Error(subject, $"{reason}; pods that ask for it are refused"));
                continue;
            }

            var cli = new OciRuntimeCli(new RuntimeHandler { Name = runtime.Name, Path = runtime.Path, Root = runtime.Root });
            findings.AddRange(Judge(subject, await RuntimeFindings.AskAsync(cli, cancellationToken), CgroupHierarchies.Detect().Mode));
        }

        return findings;
    }

    internal static IEnumerable<CheckFinding> Judge(string subject, RuntimeFindings found, CgroupMode cgroups)
    {
        if (found.Failure is { } failure)
        {
            yield return CheckFinding.Error(subject, failure);
            yield break;
        }

        yield return CheckFinding.Ok(subject, $"{found.Version} at {found.Path}");
        if (found.Holes.Count > 0)
        {
            yield return CheckFinding.Warning(subject, found.HoleWords);
        }
        else if (RuntimeHole.CantTell(found.Version))
        {
            yield return CheckFinding.Warning(subject, $"whether \"{found.Version}\" has known holes can't be told: it says no version. Look at what your distribution says");
        }

        if (cgroups == CgroupMode.Hybrid && found.Version.StartsWith("crun ", StringComparison.Ordinal))
        {
            yield return CheckFinding.Error(subject, "crun runs no container where cgroup v1 and v2 are mixed, as here: use runc, or boot with cgroup v2");
        }
    }
}
