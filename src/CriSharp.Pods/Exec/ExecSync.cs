using System.Security.Cryptography;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Exec;

/// <summary>Runs a command in a running container to its end, through the container's monitor; a timeout kills all that it started.</summary>
public sealed class ExecSync(PodSandboxStore sandboxes, ContainerStore containers, RuntimeHandlers handlers, BundleStore bundles, PodCgroups cgroups)
{
    private const int ExecIdHexDigits = 16;

    /// <param name="timeout">Zero: none.</param>
    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: not running; DeadlineExceeded: it was killed; InvalidArgument: no command.</exception>
    public async Task<ExecResult> RunAsync(string id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (command.Count == 0)
        {
            throw ExecTarget.Invalid("exec: the command is empty");
        }

        var container = ExecTarget.Running(containers, id);
        var bundle = bundles.Of(container.Id);
        var execId = RandomNumberGenerator.GetHexString(ExecIdHexDigits, lowercase: true);
        var spec = ExecTarget.SpecOf(bundle);
        var result = await new MonitorClient(bundle.MonitorSocket).ExecAsync(
            new ExecRequest
            {
                ExecId = execId,
                Bundle = bundle,
                // As the container's first process is, with a command of its own.
                Process = ProcessSpec.Build(spec.Process, command, terminal: false).ToJson(),
                StreamOwner = StreamOwner.Of(spec),
                Cgroup = ExecCgroup.For(cgroups.DirectoriesOf(sandboxes.Get(container.Record.SandboxId.ToString()).Record, container.Id), execId),
                Timeout = timeout > TimeSpan.Zero ? timeout : null,
                StartLimit = handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).TimeLimits.Exec,
            },
            cancellationToken);
        return result.TimedOut
            ? throw new RuntimeException(
                ErrorKind.DeadlineExceeded,
                $"the command in container {container.Id} did not end in {timeout.TotalSeconds:0.###} s: it was killed with all that it had started")
            : result;
    }
}
