using System.Globalization;
using CriSharp.Linux.Processes;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.Pods.Audit;

/// <summary>Monitors whose container has no record any more, or never got one.</summary>
public sealed class OrphanMonitors(IdOwners owners, PodsOptions options) : HelperProcesses(owners)
{
    private readonly LeftoverProcesses _processes = new(options.Folders.ContainerRuns);

    public override string Kind => "monitor";

    protected override string Reason => "a monitor watches a container that no record has";

    protected override IEnumerable<LeftoverProcess> List() => _processes.Monitors(ProcessTable.Read());
}

/// <summary>Verbs of the OCI runtime that hang on a container without a record.</summary>
public sealed class OrphanRuntimes(RuntimeHandlers handlers, IdOwners owners, PodsOptions options) : HelperProcesses(owners)
{
    public override string Kind => "runtime process";

    protected override string Reason => "the OCI runtime is at work on a container that no record has";

    protected override IEnumerable<LeftoverProcess> List()
    {
        var processes = ProcessTable.Read().ToArray();
        return handlers.All
            .Where(runtime => runtime.Handler.Root.StartsWith(options.Folders.RunRoot + '/', StringComparison.Ordinal))
            .SelectMany(runtime => LeftoverProcesses.Runtimes(processes, runtime.Handler));
    }
}

/// <summary>Processes of ours that outlived what they worked for. They are killed by pidfd: a number may have changed hands.</summary>
public abstract class HelperProcesses(IdOwners owners) : ILeftoverFinder
{
    private const char Separator = ':';

    public abstract string Kind { get; }

    protected abstract string Reason { get; }

    public IEnumerable<Finding> Find() => List()
        .Where(helper => !owners.Owns($"{helper.Id}"))
        .Select(helper => new Finding(Kind, SubjectOf(helper.Process), $"{Reason}: {helper.Id}") { OwnerId = $"{helper.Id}" });

    public async Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        using var process = PidHandle.TryOpen(IdentityOf(finding.Subject));
        if (process is null || !process.Signal(Signals.SIGKILL))
        {
            return;
        }

        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException late)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"process {process.Pid} does not die of SIGKILL: it is stuck in the kernel", late);
        }
    }

    protected abstract IEnumerable<LeftoverProcess> List();

    private static string SubjectOf(ProcessIdentity process) => $"{process.Pid}{Separator}{process.StartTicks}";

    private static ProcessIdentity IdentityOf(string subject)
    {
        var parts = subject.Split(Separator);
        return new ProcessIdentity(int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
