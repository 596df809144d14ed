using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class PodsCommand
{
    public static Command Create(Verb verb)
    {
        var ready = new Option<bool>("--ready") { Description = "Only pods that are ready" };
        var labels = LabelsOption.Create();
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print ids only" };
        var command = new Command("pods", "List pods");
        command.Options.Add(ready);
        command.Options.Add(labels);
        command.Options.Add(quiet);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var filter = new PodSandboxFilter();
            filter.LabelSelector.Add(LabelsOption.Parse(session.Get(labels)));
            if (session.Get(ready))
            {
                filter.State = new PodSandboxStateValue { State = PodSandboxState.SandboxReady };
            }

            var answer = await session.Cri.Runtime.ListPodSandboxAsync(
                new ListPodSandboxRequest { Filter = filter },
                session.Cri.Within(cancellationToken));
            await session.PrintAsync(answer, writer => session.Get(quiet)
                ? writer.WriteAsync(string.Concat(answer.Items.Select(one => one.Id + '\n')))
                : TableOf(answer.Items, session.Ages).WriteAsync(writer, session.Paint));
        });
        return command;
    }

    private static Table TableOf(IEnumerable<PodSandbox> pods, Ages ages)
    {
        var table = new Table("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "HANDLER");
        foreach (var pod in pods.OrderByDescending(one => one.CreatedAt))
        {
            var state = pod.State == PodSandboxState.SandboxReady ? "Ready" : "NotReady";
            var handler = pod.RuntimeHandler.Length == 0 ? "(default)" : pod.RuntimeHandler;
            table.Add(ShortId.Of(pod.Id), ages.Since(pod.CreatedAt), state, pod.Metadata.Name, pod.Metadata.Namespace, $"{pod.Metadata.Attempt}", handler);
        }

        return table;
    }
}
