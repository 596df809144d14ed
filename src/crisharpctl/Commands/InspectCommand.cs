using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class InspectCommand
{
    private const string Container = "container";
    private const string Pod = "pod";
    private const string Image = "image";

    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("THING") { Description = "Id or name of a container, a pod or an image" };
        var kind = new Option<string?>("--type") { Description = "What is meant where several have the name; else the first of container, pod and image", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong(Container, Pod, Image);
        var command = new Command("inspect", "Print all that the runtime tells of a container, a pod or an image, as JSON");
        command.Arguments.Add(name);
        command.Options.Add(kind);
        verb.SetAction(command, async (session, cancellationToken) =>
            await session.Out.WriteLineAsync(await DescribeAsync(session, session.Get(name), session.Get(kind), cancellationToken)));
        return command;
    }

    private static async Task<string> DescribeAsync(Session session, string typed, string? kind, CancellationToken cancellationToken)
    {
        var cri = session.Cri;
        if (kind is null or Container && await session.Ids.FindContainerAsync(typed, cancellationToken) is { } container)
        {
            var answer = await cri.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container.Id, Verbose = true }, cri.Within(cancellationToken));
            return JsonText.OfVerbose(answer.Status, answer.Info);
        }

        if (kind is null or Pod && await session.Ids.FindPodAsync(typed, cancellationToken) is { } pod)
        {
            var answer = await cri.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = pod.Id, Verbose = true }, cri.Within(cancellationToken));
            return JsonText.OfVerbose(answer.Status, answer.Info);
        }

        if (kind is null or Image && await ImageLookup.TryFindIdAsync(cri, typed, cancellationToken) is { } id)
        {
            var request = new ImageStatusRequest { Image = new ImageSpec { Image = id }, Verbose = true };
            var answer = await cri.Images.ImageStatusAsync(request, cri.Within(cancellationToken));
            if (answer.Image is not null)
            {
                return JsonText.OfVerbose(answer.Image, answer.Info);
            }
        }

        throw IdLookup.NotFound(kind ?? "container, pod or image", typed);
    }
}
