using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;
using CriSharp.Ctl.Running;

namespace CriSharp.Ctl.Commands;

internal static class RunCommand
{
    public static Command Create(Verb verb)
    {
        var options = new RunOptions();
        var command = new Command("run", "Run a pod of one container: pull what is missing, start, show what it says, end with its exit code, remove");
        options.AddTo(command);
        verb.SetAction(
            command,
            async (session, cancellationToken) =>
            {
                var settings = new RunSettingsReader(session, options).Read();
                var run = new RunPod(session.Cri, session.Surroundings);
                if (!session.Get(options.Detach))
                {
                    return await run.ToItsEndAsync(settings, cancellationToken);
                }

                var id = await run.DetachedAsync(settings, cancellationToken);
                await session.Out.WriteLineAsync(session.Json ? JsonText.Of([id]) : id);
                return ExitCodes.Success;
            },
            ExitCodes.NotTheContainers);
        return command;
    }
}
