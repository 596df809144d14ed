using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Commands;

internal static class StopCommand
{
    public static Command Create(Verb verb)
    {
        var names = new Argument<string[]>("ID") { Description = "Ids or names of containers or pods", Arity = ArgumentArity.OneOrMore };
        var grace = new Option<int>("--time", "-t")
        {
            Description = "Seconds that a container has between its stop signal and SIGKILL",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 10,
        };
        var command = new Command("stop", "Stop containers, or pods with their containers");
        command.Aliases.Add("stopp");
        command.Arguments.Add(names);
        command.Options.Add(grace);
        verb.SetAction(command, (session, cancellationToken) => Each.RunAsync(session, session.Get(names), async typed =>
        {
            var limit = TimeSpan.FromSeconds(session.Get(grace));
            // A pod made by run has the name of its only container: the pod is the greater thing, so it is meant.
            if (await session.Ids.FindPodAsync(typed, cancellationToken) is { } pod)
            {
                await StopPodAsync(session.Cri, pod.Id, limit, cancellationToken);
                return pod.Id;
            }

            var container = await session.Ids.FindContainerAsync(typed, cancellationToken) ?? throw IdLookup.NotFound("container or pod", typed);
            await session.Cri.StopContainerAsync(container.Id, limit, cancellationToken);
            return container.Id;
        }));
        return command;
    }

    /// <summary>StopPodSandbox kills at once: the containers get their grace first.</summary>
    internal static async Task StopPodAsync(CriConnection cri, string podId, TimeSpan grace, CancellationToken cancellationToken)
    {
        var containers = (await cri.ListContainersAsync(cancellationToken)).Where(one => one.PodSandboxId == podId);
        await Task.WhenAll(containers.Select(one => cri.StopContainerAsync(one.Id, grace, cancellationToken)));
        await cri.StopPodAsync(podId, cancellationToken);
    }
}
