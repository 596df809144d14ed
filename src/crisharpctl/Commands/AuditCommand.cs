using System.CommandLine;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Commands;

/// <summary>What lies on the machine and belongs to no pod, container or image any more.</summary>
internal static class AuditCommand
{
    public static Command Create(Verb verb)
    {
        var fix = new Option<bool>("--fix") { Description = "Remove what may be removed, also what may be another runtime's in the same network" };
        var command = new Command(
            "audit", "List what no pod, container or image accounts for: mounts, namespaces, cgroups, monitors, addresses, layers and more. Ends with 1 when there is something");
        command.Options.Add(fix);
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            using var admin = new AdminClient(session.Cri.Endpoint);
            var audit = await admin.AuditAsync(session.Get(fix), cancellationToken);
            if (session.Json)
            {
                await session.Out.WriteLineAsync(JsonSerializer.Serialize(audit, AdminJson.Default.AuditDocument));
            }
            else
            {
                await WriteAsync(session, audit);
            }

            return audit.Findings.All(finding => finding.State == FindingState.Removed) ? ExitCodes.Success : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task WriteAsync(Session session, AuditDocument audit)
    {
        if (audit.Findings.Count == 0)
        {
            await session.Out.WriteLineAsync("nothing is left over");
            return;
        }

        var table = new Table("KIND", "ID OR PATH", "AGE", "STATE", "REASON");
        foreach (var finding in audit.Findings)
        {
            var age = finding.Since is { } since ? Ages.Words(audit.At - since) : "";
            var why = finding.StaysBecause.Length > 0 ? $"{finding.Reason}; {finding.StaysBecause}" : finding.Reason;
            table.Add(finding.Kind, finding.Subject, age, Word(finding.State), why);
        }

        await table.WriteAsync(session.Out, session.Paint);
    }

    private static string Word(FindingState state) => state switch
    {
        FindingState.Removed => "removed",
        FindingState.Removable => "goes by itself",
        FindingState.RemovableOnRequest => "goes with --fix",
        _ => "stays",
    };
}
