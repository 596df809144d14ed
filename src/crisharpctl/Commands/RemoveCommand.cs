using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Running;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Commands;

internal static class RemoveCommand
{
    public static Command Create(Verb verb)
    {
        var names = new Argument<string[]>("ID") { Description = "Ids or names of containers or pods", Arity = ArgumentArity.ZeroOrMore };
        var force = new Option<bool>("--force", "-f") { Description = "Also what still runs: it is killed" };
        var all = new Option<bool>("--all", "-a") { Description = "All pods, with their containers" };
        var command = new Command("rm", "Remove containers, or pods with their containers");
        command.Aliases.Add("rmp");
        command.Arguments.Add(names);
        command.Options.Add(force);
        command.Options.Add(all);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var typed = session.Get(names);
            if (typed.Length > 0 == session.Get(all))
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, "name what to remove, or --all");
            }

            var targets = session.Get(all) ? (await session.Cri.ListPodsAsync(cancellationToken)).Select(pod => pod.Id) : typed;
            var remove = new Removal(session, session.Get(force));
            return await Each.RunAsync(session, targets, one => remove.RunAsync(one, cancellationToken));
        });
        return command;
    }

    private sealed class Removal(Session session, bool force)
    {
        private readonly CriConnection _cri = session.Cri;

        public async Task<string> RunAsync(string typed, CancellationToken cancellationToken)
        {
            if (await session.Ids.FindPodAsync(typed, cancellationToken) is { } pod)
            {
                await RemovePodAsync(pod, cancellationToken);
                return pod.Id;
            }

            var container = await session.Ids.FindContainerAsync(typed, cancellationToken) ?? throw IdLookup.NotFound("container or pod", typed);
            RefuseRunning(container);
            await _cri.Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = container.Id }, _cri.Within(cancellationToken));
            return container.Id;
        }

        private async Task RemovePodAsync(PodSandbox pod, CancellationToken cancellationToken)
        {
            foreach (var container in (await _cri.ListContainersAsync(cancellationToken)).Where(one => one.PodSandboxId == pod.Id))
            {
                RefuseRunning(container);
            }

            await _cri.StopPodAsync(pod.Id, cancellationToken);
            await _cri.RemovePodAsync(pod.Id, cancellationToken);
            PodLogs.RemoveOf(pod.Metadata, pod.Annotations);
        }

        private void RefuseRunning(Container container)
        {
            if (!force && container.State == ContainerState.ContainerRunning)
            {
                throw new RuntimeException(
                    ErrorKind.FailedPrecondition,
                    $"container {container.Metadata.Name} still runs: stop it first, or use --force");
            }
        }
    }
}
