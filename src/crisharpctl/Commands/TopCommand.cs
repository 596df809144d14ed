using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Usage;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Commands;

internal static class TopCommand
{
    public static Command Create(Verb verb)
    {
        var names = new Argument<string[]>("ID") { Description = "Ids or names of containers, or of pods for all in them", Arity = ArgumentArity.ZeroOrMore };
        var interval = new Option<int>("--interval", "-n") { Description = "Seconds from picture to picture", HelpName = "SECONDS", DefaultValueFactory = _ => 2 };
        var command = new Command("top", "Show what containers use, again and again, until q or Ctrl-C; without a terminal once, as stats does");
        command.Arguments.Add(names);
        command.Options.Add(interval);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var seconds = session.Get(interval);
            if (seconds is < 1 or > 3600)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, $"--interval {seconds}: from 1 to 3600 seconds");
            }

            if (session.Json || !session.Surroundings.OutputIsTerminal)
            {
                await StatsCommand.PrintAsync(session, session.Get(names), cancellationToken);
                return;
            }

            await new UsageScreen(session.Surroundings, new UsageReader(session.Cri), TimeSpan.FromSeconds(seconds)).RunAsync(session.Get(names), cancellationToken);
        });
        return command;
    }
}
