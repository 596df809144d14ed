using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class PsCommand
{
    public static Command Create(Verb verb)
    {
        var all = new Option<bool>("--all", "-a") { Description = "Also containers that don't run" };
        var pod = new Option<string?>("--pod", "-p") { Description = "Only the containers of this pod", HelpName = "POD" };
        var labels = LabelsOption.Create();
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print ids only" };
        var command = new Command("ps", "List containers: those that run, or all");
        command.Options.Add(all);
        command.Options.Add(pod);
        command.Options.Add(labels);
        command.Options.Add(quiet);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var filter = new ContainerFilter();
            filter.LabelSelector.Add(LabelsOption.Parse(session.Get(labels)));
            if (!session.Get(all))
            {
                filter.State = new ContainerStateValue { State = ContainerState.ContainerRunning };
            }

            if (session.Get(pod) is { } typed)
            {
                filter.PodSandboxId = (await session.Ids.PodAsync(typed, cancellationToken)).Id;
            }

            var cri = session.Cri;
            var answer = await cri.Runtime.ListContainersAsync(new ListContainersRequest { Filter = filter }, cri.Within(cancellationToken));
            await session.PrintAsync(answer, async writer =>
            {
                if (session.Get(quiet))
                {
                    await writer.WriteAsync(string.Concat(answer.Containers.Select(one => one.Id + '\n')));
                    return;
                }

                var pods = (await cri.ListPodsAsync(cancellationToken)).ToDictionary(one => one.Id, one => one.Metadata.Name);
                await TableOf(answer.Containers, pods, session.Ages).WriteAsync(writer, session.Paint);
            });
        });
        return command;
    }

    private static Table TableOf(IEnumerable<Container> containers, Dictionary<string, string> pods, Ages ages)
    {
        var table = new Table("CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD");
        foreach (var container in containers.OrderByDescending(one => one.CreatedAt))
        {
            var image = container.Image?.UserSpecifiedImage is { Length: > 0 } typed ? typed : container.Image?.Image ?? "";
            table.Add(
                ShortId.Of(container.Id),
                image.StartsWith("sha256:", StringComparison.Ordinal) ? ShortId.Of(image) : image,
                ages.Since(container.CreatedAt),
                StateWord(container.State),
                container.Metadata.Name,
                $"{container.Metadata.Attempt}",
                ShortId.Of(container.PodSandboxId),
                pods.GetValueOrDefault(container.PodSandboxId, ""));
        }

        return table;
    }

    private static string StateWord(ContainerState state) => state switch
    {
        ContainerState.ContainerCreated => "Created",
        ContainerState.ContainerRunning => "Running",
        ContainerState.ContainerExited => "Exited",
        _ => "Unknown",
    };
}
