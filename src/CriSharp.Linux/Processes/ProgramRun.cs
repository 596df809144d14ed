using System.Text;

namespace CriSharp.Linux.Processes;

/// <summary>Runs a program to its end and returns what it said. It can't hang: it has a time limit, and its output is always read.</summary>
public static class ProgramRun
{
    internal const string InputName = "stdin";

    private const int QuotedBytes = 512;

    // A killed process goes at once unless the kernel itself hangs on a device or a network file system.
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    /// <exception cref="LinuxException">The program could not be started.</exception>
    /// <exception cref="TimeoutException">It was killed, with its whole session, at its time limit; the message ends with its last words.</exception>
    /// <exception cref="OperationCanceledException">It was killed, with its whole session, because the caller has gone.</exception>
    public static async Task<ProgramOutput> RunAsync(ProgramCommand command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var outputPipe = PipePair.Create();
        using var errorPipe = PipePair.Create();
        using var child = Start(command, outputPipe, errorPipe);
        var output = new PipeCapture(outputPipe.Reader, command.OutputLimitBytes);
        var errors = new PipeCapture(errorPipe.Reader, command.OutputLimitBytes);
        using var drainLimit = new CancellationTokenSource();
        var reading = Task.WhenAll(output.ReadAsync(drainLimit.Token), errors.ReadAsync(drainLimit.Token));
        try
        {
            var exit = await WaitWithinLimitAsync(child, command, cancellationToken);
            drainLimit.CancelAfter(command.DrainGrace);
            await reading;
            return new ProgramOutput(exit, output.Kept, errors.Kept) { IsTruncated = output.IsTruncated || errors.IsTruncated };
        }
        catch (TimeoutException limit)
        {
            drainLimit.CancelAfter(command.DrainGrace);
            await reading;
            throw new TimeoutException($"{limit.Message}{LastWords(errors.Kept.Span)}");
        }
        finally
        {
            await drainLimit.CancelAsync();
            await reading;
        }
    }

    private static ChildProcess Start(ProgramCommand command, PipePair output, PipePair errors)
    {
        // A file in memory instead of a pipe: nobody has to feed it, and a program that never reads it does not matter.
        using var input = command.StandardInput.IsEmpty ? null : MemoryFile.Create(InputName, command.StandardInput.Span);
        var descriptors = new List<ChildDescriptor> { new(1, output.Writer), new(2, errors.Writer) };
        if (input is not null)
        {
            descriptors.Add(new ChildDescriptor(0, input));
        }

        var child = ChildProcess.Start(new ProgramStart
        {
            Path = command.Path,
            Arguments = [command.Path, .. command.Arguments],
            Environment = command.Environment,
            Descriptors = descriptors,
            NewSession = true,
            WorkingDirectory = command.WorkingDirectory,
        });
        output.Writer.Dispose();
        errors.Writer.Dispose();
        return child;
    }

    private static async Task<ProcessExit> WaitWithinLimitAsync(ChildProcess child, ProgramCommand command, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(command.TimeLimit);
        try
        {
            return await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.KillSession();
            await WaitUntilDeadAsync(child, command);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"{command.Path} did not end within {command.TimeLimit.TotalSeconds:0.###} s and was killed");
        }
    }

    private static async Task WaitUntilDeadAsync(ChildProcess child, ProgramCommand command)
    {
        using var limit = new CancellationTokenSource(KillLimit);
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{command.Path} (pid {child.Pid}) does not die of SIGKILL: it hangs in the kernel, see /proc/{child.Pid}/stack");
        }
    }

    private static string LastWords(ReadOnlySpan<byte> errors)
    {
        var text = Encoding.UTF8.GetString(errors[^Math.Min(errors.Length, QuotedBytes)..]).Trim();
        return text.Length == 0 ? string.Empty : $": {text}";
    }
}
