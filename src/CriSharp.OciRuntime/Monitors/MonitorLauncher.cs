using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>
/// Starts a container's monitor, which has the OCI runtime create the container. It ends in one of two ways: both live,
/// or nothing of them is left and the error says why.
/// </summary>
/// <param name="monitorPath">Absolute path of conmon-sharp.</param>
public sealed class MonitorLauncher(string monitorPath)
{
    private const string SearchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int ReportDescriptor = 3;
    private const int LastWordsLimitBytes = 4096;

    // The monitor itself reports a create that hangs: this is for a monitor that hangs.
    private static readonly TimeSpan ReportMargin = TimeSpan.FromSeconds(10);

    /// <exception cref="RuntimeException">
    /// FailedPrecondition: conmon-sharp is missing; Internal: the runtime refused, in its own words; Unavailable: something hung.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller has gone; nothing is left.</exception>
    public async Task<ContainerMonitor> LaunchAsync(MonitorLaunch launch, OciRuntimeCli runtime, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var report = PipePair.Create();
        using var lastWords = MemoryFile.Create("monitor's standard error", []);
        using var child = Start(launch, runtime, report, lastWords);
        try
        {
            var container = await ReadReportAsync(launch, runtime, report, lastWords, cancellationToken);

            // Read while both are surely unreaped: a container's init that dies at once stays the monitor's zombie until it is recorded.
            var monitor = ProcessIdentity.TryRead(child.Pid);
            var init = ProcessIdentity.TryRead(container);
            return new ContainerMonitor(
                monitor ?? throw Failure(launch, runtime, "its monitor ended at once"),
                init ?? new ProcessIdentity(container, 0),
                launch.Bundle.MonitorSocket,
                launch.ExitFile);
        }
        catch (Exception failure)
        {
            var undo = new LaunchUndo(launch, runtime);
            if (await undo.RunAsync(child) is { } leftover && failure is RuntimeException reason)
            {
                throw new RuntimeException(reason.Kind, $"{reason.Message}; and then {leftover}", failure);
            }

            throw;
        }
    }

    private ChildProcess Start(MonitorLaunch launch, OciRuntimeCli runtime, PipePair report, SafeFileHandle lastWords)
    {
        var arguments = new MonitorArguments
        {
            Id = $"{launch.Id}",
            Bundle = launch.Bundle.Directory,
            Runtime = runtime.Handler.Path,
            RuntimeArguments = [.. runtime.Handler.GlobalArguments, "--log-format", "json"],
            PidFile = launch.Bundle.PidFile,
            ExitFile = launch.ExitFile,
            Socket = launch.Bundle.MonitorSocket,
            LogPath = launch.LogPath,
            LogDirectory = launch.LogDirectory,
            LogLineLimitBytes = launch.LogLineLimitBytes,
            ReportDescriptor = ReportDescriptor,
            MonitorCgroups = launch.MonitorCgroups,
            Terminal = launch.Terminal,
            Stdin = launch.Stdin,
            StdinOnce = launch.StdinOnce,
            StreamOwner = launch.StreamOwner is { } owner ? new StreamOwnerIds(owner.UserId, owner.GroupId) : null,
            OutOfMemoryScore = launch.OutOfMemoryScore,
            CreateTimeout = launch.CreateTimeout,
            ExecTimeout = runtime.TimeLimits.Exec,
        };
        try
        {
            var child = ChildProcess.Start(new ProgramStart
            {
                Path = monitorPath,
                Arguments = [monitorPath, .. arguments.ToArguments()],
                Environment = [SearchPath],
                Descriptors = [new ChildDescriptor(2, lastWords), new ChildDescriptor(ReportDescriptor, report.Writer)],
                NewSession = true,
                WorkingDirectory = "/",
            });
            report.Writer.Dispose();
            return child;
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(
                failure.ErrorNumber is Errno.ENOENT or Errno.EACCES ? ErrorKind.FailedPrecondition : ErrorKind.Internal,
                $"container {launch.Id}: its monitor can't be started: {failure.Message}; install conmon-sharp there or correct the option --conmon",
                failure);
        }
    }

    private static async Task<int> ReadReportAsync(
        MonitorLaunch launch, OciRuntimeCli runtime, PipePair pipe, SafeFileHandle lastWords, CancellationToken cancellationToken)
    {
        var capture = new PipeCapture(pipe.Reader, LaunchReport.LongestLineBytes);
        var limit = launch.CreateTimeout + ReportMargin;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        if (!await capture.ReadLineAsync(timer.Token))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RuntimeException(
                ErrorKind.Unavailable, $"container {launch.Id}: its monitor did not report within {limit.TotalSeconds:0} s and was killed");
        }

        if (capture.Kept.IsEmpty)
        {
            throw Failure(launch, runtime, $"its monitor died without a report; its last words: {ReadLastWords(lastWords)}");
        }

        try
        {
            var report = LaunchReport.Parse(capture.Kept.Span);
            return report.Succeeded ? report.Pid : throw Failure(launch, runtime, RuntimeWords.Of(report.Message ?? "") ?? "no reason given");
        }
        catch (FormatException malformed)
        {
            throw new RuntimeException(ErrorKind.Internal, $"container {launch.Id}: {malformed.Message}", malformed);
        }
    }

    // Nobody knows the new id, and a kubelet that tries again and again shows equal words as one event.
    private static RuntimeException Failure(MonitorLaunch launch, OciRuntimeCli runtime, string reason) => new(
        ErrorKind.Internal,
        $"OCI runtime '{runtime.Handler.Name}' could not create the container: {reason.Replace($"{launch.Id}", "ID", StringComparison.Ordinal)}");

    private static string ReadLastWords(SafeFileHandle file)
    {
        var buffer = new byte[LastWordsLimitBytes];
        var from = Math.Max(0, RandomAccess.GetLength(file) - LastWordsLimitBytes);
        var words = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, from)).Trim();
        return words.Length == 0 ? "none" : words;
    }
}
