using System.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using CriSharp.Linux;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.CommandLine;

/// <summary>
/// Makes commands of verbs. It is the one door through which errors leave: each becomes one line on standard error and an exit code.
/// </summary>
internal sealed class Verb(Surroundings surroundings, GlobalOptions options)
{
    /// <param name="run">Returns the exit code.</param>
    /// <param name="failureCode">The exit code of every error of ours; null: by its kind.</param>
    public void SetAction(Command command, Func<Session, CancellationToken, Task<int>> run, int? failureCode = null) =>
        command.SetAction((arguments, cancellationToken) => RunAsync(command.Name, arguments, run, failureCode, cancellationToken));

    public void SetAction(Command command, Func<Session, CancellationToken, Task> run) => SetAction(command, async (session, cancellationToken) =>
    {
        await run(session, cancellationToken);
        return ExitCodes.Success;
    });

    private async Task<int> RunAsync(
        string name, ParseResult arguments, Func<Session, CancellationToken, Task<int>> run, int? failureCode, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = Endpoint.Choose(arguments.GetValue(options.Endpoint), surroundings.EnvironmentVariable);
            var callLimit = TimeSpan.FromSeconds(arguments.GetValue(options.TimeoutSeconds));
            using var session = new Session(new CriConnection(endpoint, callLimit), surroundings, arguments, arguments.GetValue(options.Json));
            return await run(session, cancellationToken);
        }
        catch (RuntimeException error)
        {
            return Report(name, error.Message, failureCode ?? ExitCodes.Of(error.Kind));
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (RpcException error)
        {
            return Report(name, $"{error.Status.Detail} ({error.StatusCode})", failureCode ?? ExitCodes.Of(error.StatusCode));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (IOException error) when (error is not LinuxException { ErrorNumber: Errno.EPIPE })
        {
            return Report(name, error.Message, failureCode ?? ExitCodes.Failed);
        }
        catch (UnauthorizedAccessException error)
        {
            return Report(name, error.Message, failureCode ?? ExitCodes.Failed);
        }
    }

    private int Report(string name, string message, int exitCode)
    {
        surroundings.Complain($"crisharpctl {name}: {Printable.Line(message)}");
        return exitCode;
    }
}
