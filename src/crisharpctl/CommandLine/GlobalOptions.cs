using System.CommandLine;

namespace CriSharp.Ctl.CommandLine;

/// <summary>The options that every verb has.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Endpoint { get; } = new("--endpoint", "-r")
    {
        Description = "The runtime's socket: a path or unix:///path. Default: $CONTAINER_RUNTIME_ENDPOINT, else /run/crisharp/crisharp.sock",
        HelpName = "SOCKET",
        Recursive = true,
    };

    public Option<int> TimeoutSeconds { get; } = new("--timeout")
    {
        Description = "Seconds that one call may take; pulls have no limit, and stopping has the container's grace period on top",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 120,
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the runtime's answer as JSON",
        Recursive = true,
    };

    public void AddTo(Command root)
    {
        root.Options.Add(Endpoint);
        root.Options.Add(TimeoutSeconds);
        root.Options.Add(Json);
    }
}
