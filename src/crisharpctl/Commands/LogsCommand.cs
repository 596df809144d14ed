using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Logs;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Commands;

internal static class LogsCommand
{
    public static Command Create(Verb verb)
    {
        var name = new Argument<string>("CONTAINER") { Description = "Id or name of a container, or of a pod that has only one" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the container ends" };
        var tail = new Option<int?>("--tail", "-n") { Description = "Only the last N lines", HelpName = "N" };
        var timestamps = new Option<bool>("--timestamps") { Description = "Begin each line with its time" };
        var command = new Command("logs", "Show what a container has said");
        command.Arguments.Add(name);
        command.Options.Add(follow);
        command.Options.Add(tail);
        command.Options.Add(timestamps);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var lines = session.Get(tail);
            if (lines < 0)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, "--tail must not be negative");
            }

            var container = await session.Ids.ContainerOrOnlyOneOfPodAsync(session.Get(name), cancellationToken);
            var status = await session.Cri.ContainerStatusAsync(container.Id, cancellationToken);
            if (status.LogPath.Length == 0)
            {
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"container {status.Metadata.Name} was made without a log");
            }

            var printer = new LogPrinter(session.Surroundings.StandardOutput, session.Surroundings.StandardError, session.Get(timestamps));
            using var reader = new LogReader(status.LogPath, printer);
            reader.Open(lines);
            if (session.Get(follow))
            {
                await new LogFollower(session.Cri, session.Surroundings.Time).FollowAsync(container.Id, reader, cancellationToken);
                return;
            }

            await reader.ReadToEndAsync(cancellationToken);
        });
        return command;
    }
}
