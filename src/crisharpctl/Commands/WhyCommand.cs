using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

/// <summary>Why a pod or a container is as it is: its state with the reason, and what is being done with it, at which stage, since when.</summary>
internal static class WhyCommand
{
    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("ID") { Description = "Id or name of a pod or a container, also of one that is still being made" };
        var command = new Command("why", "Say why a pod or a container is as it is, and what is being done with it");
        command.Arguments.Add(name);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var typed = session.Get(name);
            var pod = await session.Ids.FindPodAsync(typed, cancellationToken);
            var container = pod is null ? await session.Ids.FindContainerAsync(typed, cancellationToken) : null;
            using var admin = new AdminClient(session.Cri.Endpoint);
            var all = await admin.OperationsAsync(cancellationToken)
                ?? throw new CriSharp.Primitives.RuntimeException(CriSharp.Primitives.ErrorKind.Unavailable, "only crisharpd tells what it is doing: its admin socket does not answer");
            var operations = all.Operations.Where(one => IsAbout(one, typed, pod?.Id ?? container?.Id, container?.PodSandboxId)).ToList();
            if (pod is null && container is null && operations.Count == 0)
            {
                throw IdLookup.NotFound("pod or container, also none in the making,", typed);
            }

            if (session.Json)
            {
                await session.Out.WriteLineAsync(JsonSerializer.Serialize(new OperationsDocument { Operations = operations }, AdminJson.Default.OperationsDocument));
                return;
            }

            if (pod is not null)
            {
                await TellAsync(session, pod, cancellationToken);
            }
            else if (container is not null)
            {
                await TellAsync(session, container, cancellationToken);
            }

            foreach (var one in operations)
            {
                await session.Out.WriteLineAsync(
                    $"{one.Name} of {Printable.Line(one.Subject)}: under way for {Seconds(one.AgeSeconds)}, for {Seconds(one.StageSeconds)} at: {Printable.Line(one.Stage)}");
            }

            if (operations.Count == 0)
            {
                await session.Out.WriteLineAsync("nothing is being done with it at the moment");
            }
        });
        return command;
    }

    private static bool IsAbout(OperationDocument operation, string typed, string? id, string? podId) =>
        operation.Id.Length > 0
        && (operation.Id == id || operation.Id == podId || (id is not null && operation.Subject.Contains(id, StringComparison.Ordinal))
            || (id is null && (operation.Id.StartsWith(typed, StringComparison.Ordinal) || operation.Subject.Contains(typed, StringComparison.Ordinal))));

    private static async Task TellAsync(Session session, PodSandbox pod, CancellationToken cancellationToken)
    {
        var containers = (await session.Cri.ListContainersAsync(cancellationToken)).Where(one => one.PodSandboxId == pod.Id).ToList();
        var state = pod.State == PodSandboxState.SandboxReady ? "is ready" : "is not ready: it was stopped, its infra process died, or the machine was rebooted";
        await session.Out.WriteLineAsync($"pod {Printable.Of($"{pod.Metadata.Namespace}/{pod.Metadata.Name}")} ({pod.Id}) {state}");
        foreach (var container in containers)
        {
            await TellAsync(session, container, cancellationToken);
        }
    }

    private static async Task TellAsync(Session session, Container container, CancellationToken cancellationToken)
    {
        var cri = session.Cri;
        var answer = await cri.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container.Id }, cri.Within(cancellationToken));
        var status = answer.Status;
        var words = status.State switch
        {
            ContainerState.ContainerCreated => "is created and has not been started",
            ContainerState.ContainerRunning => $"runs since {Time(status.StartedAt)}",
            ContainerState.ContainerExited => $"ended at {Time(status.FinishedAt)} with code {status.ExitCode}",
            _ => "is in a state that nobody knows",
        };
        var reason = string.Join(": ", new[] { status.Reason, status.Message }.Where(part => part.Length > 0));
        await session.Out.WriteLineAsync($"container {Printable.Of(status.Metadata.Name)} ({status.Id}) {words}{(reason.Length > 0 ? $" ({Printable.Line(reason)})" : "")}");
    }

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s");

    private static string Time(long unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(unixNanoseconds / TimeSpan.NanosecondsPerTick).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
