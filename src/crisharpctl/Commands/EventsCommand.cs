using System.CommandLine;
using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class EventsCommand
{
    public static Command Create(Verb verb)
    {
        var command = new Command("events", "Show what happens to containers and pods, a line each, until Ctrl-C; with --json a document a line");
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            using var call = session.Cri.Runtime.GetContainerEvents(new GetEventsRequest(), CriConnection.Unlimited(cancellationToken));
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                var happened = call.ResponseStream.Current;
                await session.Out.WriteLineAsync(session.Json ? JsonText.LineOf(happened) : Line(happened, session.Paint));
            }
        });
        return command;
    }

    /// <summary>Time, what happened, to what, of which pod.</summary>
    internal static string Line(ContainerEventResponse happened, Paint paint)
    {
        var at = Ages.At(happened.CreatedAt).ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var word = Word(happened.ContainerEventType);
        var pod = happened.PodSandboxStatus?.Metadata;
        var container = happened.ContainersStatuses.FirstOrDefault(one => one.Id == happened.ContainerId);

        // Sandboxes have events as containers have; what is deleted is in its pod's list no more.
        var isPod = happened.PodSandboxStatus?.Id == happened.ContainerId;
        var what = isPod ? "pod" : "container " + (container?.Metadata?.Name ?? "");
        var ended = container is { State: ContainerState.ContainerExited } && happened.ContainerEventType == ContainerEventType.ContainerStoppedEvent
            ? string.Create(CultureInfo.InvariantCulture, $" exit code {container.ExitCode} {container.Reason}").TrimEnd()
            : "";
        return $"{at} {paint.State(word, word.PadRight(7))} {ShortId.Of(happened.ContainerId)} {Printable.Of($"{what.Trim()} of {pod?.Namespace}/{pod?.Name}{ended}")}";
    }

    private static string Word(ContainerEventType type) => type switch
    {
        ContainerEventType.ContainerCreatedEvent => "created",
        ContainerEventType.ContainerStartedEvent => "started",
        ContainerEventType.ContainerStoppedEvent => "stopped",
        ContainerEventType.ContainerDeletedEvent => "deleted",
        _ => "unknown",
    };
}
