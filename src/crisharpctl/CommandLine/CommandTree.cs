using System.CommandLine;
using CriSharp.Ctl.Commands;
using CriSharp.Linux;
using CriSharp.Manual.Completion;
using CriSharp.Manual.Pages;

namespace CriSharp.Ctl.CommandLine;

/// <summary>All verbs under one root, and the run of a command line.</summary>
internal static class CommandTree
{
    private const string About = """
        Works with pods, containers and images of a container runtime over the CRI: crisharpd, or any other.

        Ids may be shortened; pods and containers may also be given by their names.

        Examples:
          crisharpctl run docker.io/library/busybox:latest sh -c 'echo hello; exit 3'
          crisharpctl run -d --name web -p 127.0.0.1:8080:80 -v /srv/www:/usr/share/nginx/html:ro docker.io/library/nginx:latest
          crisharpctl logs -f web
          crisharpctl exec web cat /etc/hostname
          crisharpctl exec -it web sh
          crisharpctl port-forward web 8080:80
          crisharpctl stop web
          crisharpctl rm web
          docker save busybox | crisharpctl load -
          crisharpctl save -o busybox.tar busybox
          crisharpctl gc --dry-run
          crisharpctl --endpoint unix:///run/containerd/containerd.sock ps --json

        Exit codes: 0 done, 1 failed, 2 wrong usage, 3 runtime not reachable, 4 not found, 5 timed out;
        run and exec give the container's own exit code, and 125 when the error is not the container's;
        image verify gives 1 when something is wrong;
        audit gives 1 when it finds something, with --fix when something stays.
        """;

    public static async Task<int> RunAsync(string[] words, Surroundings surroundings)
    {
        try
        {
            return await RunKnownAsync(words, surroundings);
        }
        catch (LinuxException gone) when (gone.ErrorNumber == Errno.EPIPE)
        {
            return ExitCodes.NobodyReads;
        }
        catch (LinuxException failure)
        {
            // Help can't be written, such as into a full file system.
            surroundings.Complain($"crisharpctl: {failure.Message}");
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> RunKnownAsync(string[] words, Surroundings surroundings)
    {
        var options = new GlobalOptions();
        var root = new RootCommand(About);
        options.AddTo(root);
        var verb = new Verb(surroundings, options);
        var run = RunCommand.Create(verb);
        var exec = ExecCommand.Create(verb);
        Command[] commands =
        [
            run, PodsCommand.Create(verb), PsCommand.Create(verb), LogsCommand.Create(verb), exec, StopCommand.Create(verb), RemoveCommand.Create(verb),
            PullCommand.Create(verb), ImagesCommand.Create(verb), RemoveImageCommand.Create(verb), LoadCommand.Create(verb), TagCommand.Create(verb),
            SaveCommand.Create(verb), UntagCommand.Create(verb), CollectCommand.Create(verb), ImageCommand.Create(verb), AttachCommand.Create(verb), PortForwardCommand.Create(verb),
            WhyCommand.Create(verb), AuditCommand.Create(verb), VersionCommand.Create(verb),
            StatusCommand.Create(verb), StatsCommand.Create(verb), TopCommand.Create(verb), InspectCommand.Create(verb), EventsCommand.Create(verb),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(CompletionCommand.Create("crisharpctl"));
        root.Subcommands.Add(CompleteCommand.Create(root, new NameCompletion(surroundings, options).NamesAsync));
        root.Subcommands.Add(ManCommand.Create(date => ManualPages.Of(root, date)));

        var parsed = root.Parse(Passthrough.Protect(words, root, [run, exec]));
        var configuration = new InvocationConfiguration
        {
            Output = surroundings.Out,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,
            // How long after Ctrl-C a verb may clean up before the process ends anyway.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync(configuration);
        }

        foreach (var error in parsed.Errors)
        {
            surroundings.Complain($"crisharpctl: {error.Message}");
        }

        surroundings.Complain("crisharpctl: --help says what can be typed");
        return ExitCodes.Usage;
    }
}
