using System.CommandLine;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using Grpc.Core;

namespace CriSharp.Ctl.Commands;

internal static class InfoCommand
{
    public static Command Create(Verb verb)
    {
        var command = new Command("info", "Show whether the runtime is ready, its handlers, its image store, and where it lives");
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var cri = session.Cri;
            var status = await cri.Runtime.StatusAsync(new StatusRequest { Verbose = true }, cri.Within(cancellationToken));
            await session.PrintAsync(status, async writer =>
            {
                await WriteConditionsAsync(writer, status);
                await WriteCgroupDriverAsync(writer, cri, cancellationToken);
                await WriteStorageAsync(writer, cri, cancellationToken);
                await WriteDaemonAsync(writer, session, cancellationToken);
            });
        });
        return command;
    }

    private static async Task WriteConditionsAsync(TextWriter writer, StatusResponse status)
    {
        foreach (var condition in status.Status?.Conditions ?? [])
        {
            var why = condition.Status ? "" : $": {Printable.Line($"{condition.Reason} {condition.Message}")}";
            await writer.WriteLineAsync($"{condition.Type + ":",-17}{(condition.Status ? "yes" : "NO")}{why}");
        }

        var handlers = status.RuntimeHandlers.Select(handler => handler.Name.Length == 0 ? "(default)" : handler.Name);
        await writer.WriteLineAsync($"handlers:        {string.Join(", ", handlers.DefaultIfEmpty("not said"))}");
    }

    internal static async Task WriteCgroupDriverAsync(TextWriter writer, CriConnection cri, CancellationToken cancellationToken)
    {
        try
        {
            var config = await cri.Runtime.RuntimeConfigAsync(new RuntimeConfigRequest(), cri.Within(cancellationToken));
            await writer.WriteLineAsync($"cgroup driver:   {config.Linux?.CgroupDriver.ToString().ToLowerInvariant() ?? "not said"}");
        }
        catch (RpcException unsupported) when (unsupported.StatusCode == StatusCode.Unimplemented)
        {
            await writer.WriteLineAsync("cgroup driver:   not said");
        }
    }

    internal static async Task WriteStorageAsync(TextWriter writer, CriConnection cri, CancellationToken cancellationToken)
    {
        var usage = await cri.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), cri.Within(cancellationToken));
        foreach (var one in usage.ImageFilesystems)
        {
            var inodes = one.InodesUsed is null ? "" : $", {one.InodesUsed.Value} inodes";
            await writer.WriteLineAsync($"images:          {ByteSizes.Words(one.UsedBytes?.Value ?? 0)}{inodes} in {one.FsId?.Mountpoint}");
        }
    }

    internal static async Task WriteDaemonAsync(TextWriter writer, Session session, CancellationToken cancellationToken)
    {
        using var admin = new AdminClient(session.Cri.Endpoint);
        if (await admin.StatusAsync(cancellationToken) is not { } daemon)
        {
            return;
        }

        await writer.WriteLineAsync($"daemon:          pid {daemon.Pid}, up for {Ages.Words(session.Surroundings.Time.GetUtcNow() - daemon.StartedAt)}");
        await writer.WriteLineAsync($"root:            {daemon.Root}");
        await writer.WriteLineAsync($"runroot:         {daemon.RunRoot}");
        await writer.WriteLineAsync($"holds:           {daemon.Sandboxes} pods, {daemon.Containers} containers, {daemon.Images} images");
    }
}
