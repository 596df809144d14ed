using System.Security.Cryptography;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Exec;

/// <summary>Runs a command in a running container beside a client, without a time limit; a client that goes away hangs up, and kills nothing.</summary>
public sealed class StreamedExec(PodSandboxStore sandboxes, ContainerStore containers, RuntimeHandlers handlers, BundleStore bundles, PodCgroups cgroups)
{
    private const int ExecIdHexDigits = 16;

    /// <summary>Whether it could be started now.</summary>
    /// <returns>The container's full id.</returns>
    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: not running; InvalidArgument: no command, or streams that can't be had together.</exception>
    public string Check(StreamedExecOrder order) => Find(order).Id.ToString();

    /// <exception cref="RuntimeException">As <see cref="Check"/>; FailedPrecondition: the command could not be started, in the runtime's own words.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone; nothing was left running.</exception>
    public Task<IStreamedProcess> StartAsync(StreamedExecOrder order, CancellationToken cancellationToken)
    {
        var container = Find(order);
        var bundle = bundles.Of(container.Id);
        var execId = RandomNumberGenerator.GetHexString(ExecIdHexDigits, lowercase: true);
        var spec = ExecTarget.SpecOf(bundle);
        var request = new StreamedExecRequest
        {
            ExecId = execId,
            Bundle = bundle,
            Process = ProcessSpec.Build(spec.Process, order.Command, order.Tty).ToJson(),
            Streams = new StreamsAsked(order.Tty, order.Stdin, order.Stdout, order.Stderr),
            StreamOwner = StreamOwner.Of(spec),
            Cgroup = ExecCgroup.For(cgroups.DirectoriesOf(sandboxes.Get(container.Record.SandboxId.ToString()).Record, container.Id), execId),
            StartLimit = handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).TimeLimits.Exec,
        };
        return new MonitorClient(bundle.MonitorSocket).StartExecAsync(request, cancellationToken);
    }

    private Container Find(StreamedExecOrder order)
    {
        if (order.Command.Count == 0)
        {
            throw ExecTarget.Invalid("exec: the command is empty");
        }

        ExecTarget.CheckStreams("exec", order.Tty, order.Stdin, order.Stdout, order.Stderr);
        return ExecTarget.Running(containers, order.ContainerId);
    }
}
