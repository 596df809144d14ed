using System.CommandLine;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Running;
using CriSharp.Ctl.Streaming;

namespace CriSharp.Ctl.Commands;

internal static class PortForwardCommand
{
    public static Command Create(Verb verb)
    {
        var pod = new Argument<string>("POD") { Description = "Id or name of a pod" };
        var ports = new Argument<string[]>("LOCAL:REMOTE")
        {
            Description = "A port of 127.0.0.1 here and the pod's; PORT is both, and with :REMOTE any free one is taken",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("port-forward", "Reach ports of a pod by ports of this machine, until interrupted");
        command.Arguments.Add(pod);
        command.Arguments.Add(ports);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var wanted = session.Get(ports).Select(ForwardedPorts.Parse).ToList();
            var found = await session.Ids.PodAsync(session.Get(pod), cancellationToken);
            var forwarders = wanted.Select(pair => new PortForwarder(session.Cri, found.Id, pair, session.Surroundings.Error)).ToList();
            var opened = forwarders.Select(forwarder => forwarder.Open()).ToList();
            foreach (var (local, pair) in opened.Zip(wanted))
            {
                await session.Out.WriteLineAsync($"127.0.0.1:{local} -> {pair.Remote}");
            }

            await Task.WhenAll(forwarders.Select(forwarder => forwarder.ServeAsync(cancellationToken)));
        });
        return command;
    }
}
