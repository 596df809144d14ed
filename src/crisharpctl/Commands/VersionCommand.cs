using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

internal static class VersionCommand
{
    private const string KubeletApiVersion = "0.1.0";

    public static Command Create(Verb verb)
    {
        var command = new Command("version", "Show the versions of this program and of the runtime");
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var cri = session.Cri;
            var version = await cri.Runtime.VersionAsync(new VersionRequest { Version = KubeletApiVersion }, cri.Within(cancellationToken));
            await session.PrintAsync(version, async writer =>
            {
                await writer.WriteLineAsync($"crisharpctl:  {OwnVersion.Text}");
                await writer.WriteLineAsync($"runtime:      {Printable.Of($"{version.RuntimeName} {version.RuntimeVersion}")}");
                await writer.WriteLineAsync($"CRI:          {Printable.Of(version.RuntimeApiVersion)}");
                await writer.WriteLineAsync($"endpoint:     {cri.Endpoint}");
            });
        });
        return command;
    }
}
