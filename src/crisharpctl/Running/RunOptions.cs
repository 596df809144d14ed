using System.CommandLine;

namespace CriSharp.Ctl.Running;

/// <summary>The options of run.</summary>
internal sealed class RunOptions
{
    public Argument<string> Image { get; } = new("IMAGE") { Description = "Name or id of the image" };

    public Argument<string[]> Arguments { get; } = new("ARGUMENT")
    {
        Description = "What the image's entry point gets, or the command where it has none; default: the image's own",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> EntryPoint { get; } = new("--entrypoint") { Description = "Run this program of the image instead of its own", HelpName = "PROGRAM" };

    public Option<bool> Detach { get; } = new("--detach", "-d") { Description = "Leave it running, print the container's id; rm removes it" };

    public Option<string?> Name { get; } = new("--name") { Description = "Name of the pod and the container; default: made from the image's", HelpName = "NAME" };

    public Option<string> Namespace { get; } = new("--namespace")
    {
        Description = "Namespace of the pod",
        HelpName = "NAME",
        DefaultValueFactory = _ => "default",
    };

    public Option<string[]> Environment { get; } = Many("--env", "-e", "Set a variable; without a value: take it from here", "NAME[=VALUE]");

    public Option<string[]> Labels { get; } = Many("--label", "-l", "Label of pod and container", "KEY=VALUE");

    public Option<string[]> Volumes { get; } = Many("--volume", "-v", "Mount a path of this machine; options: ro, rslave, rshared", "HOST:CONTAINER[:ro]");

    public Option<string[]> Ports { get; } = Many("--publish", "-p", "Answer on a port of this machine", "[IP:]HOSTPORT:PORT[/udp]");

    public Option<bool> HostNetwork { get; } = new("--host-network") { Description = "Use this machine's network instead of one of its own" };

    public Option<string> Pid { get; } = new("--pid")
    {
        Description = "Whose processes it sees: its own (container), the pod's (pod), this machine's (host)",
        HelpName = "MODE",
        DefaultValueFactory = _ => "container",
    };

    public Option<string?> Hostname { get; } = new("--hostname") { Description = "Default: the name", HelpName = "NAME" };

    public Option<string?> User { get; } = new("--user", "-u") { Description = "User by id or name, and group by id", HelpName = "USER[:GROUP]" };

    public Option<string?> WorkingDirectory { get; } = new("--workdir", "-w") { Description = "Default: the image's", HelpName = "FOLDER" };

    public Option<string?> Memory { get; } = new("--memory", "-m") { Description = "Limit, e.g. 64m", HelpName = "BYTES" };

    public Option<double?> Cpus { get; } = new("--cpus") { Description = "Limit, e.g. 0.5", HelpName = "N" };

    public Option<bool> ReadOnly { get; } = new("--read-only") { Description = "The container can't write to its root file system" };

    public Option<bool> Privileged { get; } = new("--privileged") { Description = "All of the daemon's own powers" };

    public Option<string> Pull { get; } = new("--pull")
    {
        Description = "When to pull the image: missing, always, never",
        HelpName = "WHEN",
        DefaultValueFactory = _ => "missing",
    };

    public Option<string?> Handler { get; } = new("--handler") { Description = "Runtime handler; default: the runtime's", HelpName = "NAME" };

    public Option<string?> CgroupParent { get; } = new("--cgroup-parent") { Description = "Cgroup of the pod; default: the runtime's", HelpName = "PATH" };

    public Option<string?> LogFolder { get; } = new("--log-folder") { Description = "Parent of the pod's log folder; default /var/log/pods", HelpName = "FOLDER" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Image);
        command.Arguments.Add(Arguments);
        Option[] options =
        [
            Detach, Name, EntryPoint, Namespace, Environment, Labels, Volumes, Ports, HostNetwork, Pid, Hostname, User,
            WorkingDirectory, Memory, Cpus, ReadOnly, Privileged, Pull, Handler, CgroupParent, LogFolder,
        ];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    private static Option<string[]> Many(string name, string alias, string description, string form) =>
        new(name, alias) { Description = $"{description}; may be given several times", HelpName = form, DefaultValueFactory = _ => [] };
}
