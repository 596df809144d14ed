using System.Collections;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp;

/// <summary>The OCI runtime's commands that the monitor runs. https://github.com/opencontainers/runtime-tools/blob/master/docs/command-line-interface.md</summary>
internal sealed class RuntimeCommands(MonitorArguments arguments)
{
    private string[]? _environment;

    public TimeSpan ExecTimeout => arguments.ExecTimeout;

    public int StartCreate(string? consoleSocket, IReadOnlyList<ChildDescriptor> descriptors)
    {
        List<string> argv = [arguments.Runtime, .. arguments.RuntimeArguments, "create", "--bundle", arguments.Bundle, "--pid-file", arguments.PidFile];
        if (consoleSocket is not null)
        {
            argv.AddRange(["--console-socket", consoleSocket]);
        }

        argv.Add(arguments.Id);
        return Start(argv, descriptors);
    }

    /// <param name="logFile">Gets the runtime's own words, as lines of JSON: its stderr is the exec's.</param>
    public int StartExec(ExecMessage exec, string pidFile, string logFile, IReadOnlyList<ChildDescriptor> descriptors) =>
        Start(
            [
                arguments.Runtime, .. arguments.RuntimeArguments, "--log", logFile, "--log-format", "json", "exec", "--detach",
                "--pid-file", pidFile, "--process", exec.ProcessPath, .. exec.RuntimeExecArguments, arguments.Id,
            ],
            descriptors);

    public int StartDelete() => Start([arguments.Runtime, .. arguments.RuntimeArguments, "delete", "--force", arguments.Id], []);

    private int Start(List<string> argv, IReadOnlyList<ChildDescriptor> descriptors) =>
        ProcessSpawn.Spawn(new ProgramStart
        {
            Path = arguments.Runtime,
            Arguments = argv,
            Environment = _environment ??= OwnEnvironment(),
            Descriptors = descriptors,
        });

    private static string[] OwnEnvironment()
    {
        var variables = Environment.GetEnvironmentVariables();
        var environment = new string[variables.Count];
        var i = 0;
        foreach (DictionaryEntry variable in variables)
        {
            environment[i++] = $"{variable.Key}={variable.Value}";
        }

        return environment;
    }
}
