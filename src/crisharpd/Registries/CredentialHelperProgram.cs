using System.Text;
using CriSharp.Daemon.Configuration;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.Primitives;
using CriSharp.Registry.Credentials;

namespace CriSharp.Daemon.Registries;

/// <summary>Runs docker-credential-NAME of the daemon's PATH, within a time limit, and keeps so much of its output as an answer may have.</summary>
/// <param name="timeLimit">A helper that takes longer is killed with all that it started.</param>
internal sealed class CredentialHelperProgram(TimeSpan timeLimit) : ICredentialPrograms
{
    private const int OutputLimitBytes = 64 * 1024;
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // HOME, proxies and what a cloud's helper may want; not what speaks of the daemon itself.
    private static readonly string[] OwnVariables = ["NOTIFY_", "LISTEN_", "DOTNET_", "CRISHARP_"];

    public async Task<HelperOutput> GetAsync(string name, string serverUrl, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{name}";
        var path = Find(program) ?? throw new RuntimeException(
            ErrorKind.FailedPrecondition, $"the credential helper {program} is in no folder of PATH: install it, or take it out of the auth file");
        try
        {
            var output = await ProgramRun.RunAsync(
                new ProgramCommand
                {
                    Path = path,
                    Arguments = ["get"],
                    Environment = InheritedEnvironment(),
                    StandardInput = Encoding.UTF8.GetBytes(serverUrl),
                    TimeLimit = timeLimit,
                    OutputLimitBytes = OutputLimitBytes,
                },
                cancellationToken);
            return output.IsTruncated
                ? throw new RuntimeException(ErrorKind.FailedPrecondition, $"the credential helper {path} says more than {OutputLimitBytes} bytes")
                : new HelperOutput(output.Exit.ShellCode, output.StandardOutput.ToArray());
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the credential helper {path} can't be run: {failure.Message}", failure);
        }
        catch (TimeoutException)
        {
            // Its last words are left out: nobody knows what a helper prints.
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"the credential helper {path} did not end within {timeLimit.TotalSeconds:0.#} s and was killed");
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? UsualPath)
        .Split(':')
        .Where(Path.IsPathRooted)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(ExecutableFile.Is);

    private static string[] InheritedEnvironment()
    {
        var variables = Environment.GetEnvironmentVariables();
        return [.. variables.Keys.Cast<string>()
            .Where(name => !OwnVariables.Any(own => name.StartsWith(own, StringComparison.Ordinal)))
            .Select(name => $"{name}={variables[name]}")];
    }
}
