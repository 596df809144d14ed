using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Usage;

namespace CriSharp.Ctl.Commands;

internal static class StatsCommand
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    public static Command Create(Verb verb)
    {
        var names = new Argument<string[]>("ID") { Description = "Ids or names of containers, or of pods for all in them", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("stats", "Show what containers use: processor, measured for a second, memory, disk and processes");
        command.Arguments.Add(names);
        verb.SetAction(command, (session, cancellationToken) => PrintAsync(session, session.Get(names), cancellationToken));
        return command;
    }

    internal static async Task PrintAsync(Session session, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var reader = new UsageReader(session.Cri);
        if (session.Json)
        {
            await session.Out.WriteLineAsync(JsonText.Of(new ListContainerStatsResponse { Stats = { await reader.StatsAsync(names, cancellationToken) } }));
            return;
        }

        var before = await reader.ReadAsync(names, cancellationToken);
        await Task.Delay(Between, session.Surroundings.Time, cancellationToken);
        await UsageTable.Of(before, await reader.ReadAsync(names, cancellationToken)).WriteAsync(session.Out, session.Paint);
    }
}
