using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Exec;

/// <summary>What every way into a container asks of it first.</summary>
internal static class ExecTarget
{
    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: not running, or without its monitor.</exception>
    public static Container Running(ContainerStore containers, string id)
    {
        var container = containers.Get(id);
        if (container.State is not ContainerState.Running)
        {
            throw Unmet($"no command can be run in container {container.Id}: it is {DescribeContainer.StateOf(container.State)}, not running");
        }

        return container.MonitorLoss is { } loss ? throw Unmet($"no command can be run in container {container.Id}: {loss}") : container;
    }

    /// <summary>As the container's first process was made.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: its bundle has gone.</exception>
    public static RuntimeSpec SpecOf(Bundle bundle) => RuntimeSpec.Parse(HostPath.TryReadFile(bundle.ConfigPath, RuntimeSpec.LimitBytes)
        ?? throw Unmet($"no command can be run: {bundle.ConfigPath} is gone"));

    /// <exception cref="RuntimeException">InvalidArgument: no stream at all, or stderr beside a terminal, which has one output.</exception>
    public static void CheckStreams(string verb, bool tty, bool stdin, bool stdout, bool stderr)
    {
        if (!stdin && !stdout && !stderr)
        {
            throw Invalid($"{verb}: stdin, stdout and stderr are all false: at least one is needed");
        }

        if (tty && stderr)
        {
            throw Invalid($"{verb}: tty and stderr are both true: a terminal has one output, which is stdout");
        }
    }

    public static RuntimeException Invalid(string message) => new(ErrorKind.InvalidArgument, message);

    public static RuntimeException Unmet(string message) => new(ErrorKind.FailedPrecondition, message);
}
