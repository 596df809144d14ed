using System.CommandLine;
using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using Grpc.Core;

namespace CriSharp.Ctl.Commands;

internal static class StatusCommand
{
    public static Command Create(Verb verb)
    {
        var command = new Command("status", "Show how the runtime is: conditions, versions, handlers and what they can do, network, disk, cgroup driver");
        command.Aliases.Add("info");
        verb.SetAction(command, async (session, cancellationToken) =>
        {
            var cri = session.Cri;
            var status = await cri.Runtime.StatusAsync(new StatusRequest { Verbose = true }, cri.Within(cancellationToken));
            if (session.Json)
            {
                await session.Out.WriteLineAsync(JsonText.OfVerbose(status.Status, status.Info));
                return;
            }

            var version = await cri.Runtime.VersionAsync(new VersionRequest(), cri.Within(cancellationToken));
            await Line(session, "runtime", $"{version.RuntimeName} {version.RuntimeVersion}, CRI {version.RuntimeApiVersion}, {cri.Endpoint}");
            await WriteConditionsAsync(session, status);
            await WriteCgroupDriverAsync(session, cancellationToken);
            foreach (var handler in status.RuntimeHandlers)
            {
                await Line(session, "handler", HandlerWords(handler));
            }

            await WriteRuntimesAsync(session, DocumentOf(status, "runtimes"));
            await WriteDiskAsync(session, DocumentOf(status, "disk"));
            await WriteStorageAsync(session, cancellationToken);
            await WriteDaemonAsync(session, cancellationToken);
        });
        return command;
    }

    private static Task Line(Session session, string name, string words) => session.Out.WriteLineAsync($"{(name.Length > 0 ? name + ":" : ""),-17}{Printable.Of(words)}");

    private static async Task WriteConditionsAsync(Session session, StatusResponse status)
    {
        foreach (var condition in status.Status?.Conditions ?? [])
        {
            var words = string.Join(' ', new[] { condition.Reason, condition.Message }.Where(part => part.Length > 0));
            var state = session.Paint.State(condition.Status ? "yes" : "NO");
            await session.Out.WriteLineAsync($"{Printable.Of(condition.Type) + ":",-17}{state}{(words.Length > 0 ? $": {Printable.Line(words)}" : "")}");
        }
    }

    private static string HandlerWords(RuntimeHandler handler)
    {
        string[] features =
        [
            .. handler.Features is { UserNamespaces: true } ? ["user namespaces"] : Array.Empty<string>(),
            .. handler.Features is { RecursiveReadOnlyMounts: true } ? ["recursive read-only mounts"] : Array.Empty<string>(),
        ];
        var name = handler.Name.Length == 0 ? "(default)" : handler.Name;
        return features.Length > 0 ? $"{name} with {string.Join(", ", features)}" : name;
    }

    /// <summary>Each program with its version, and the holes that it is known to have.</summary>
    private static async Task WriteRuntimesAsync(Session session, JsonElement? runtimes)
    {
        if (runtimes is not { ValueKind: JsonValueKind.Object } all)
        {
            return;
        }

        foreach (var runtime in all.EnumerateObject())
        {
            await Line(session, "program", $"{Text(runtime.Value, "path")}, {Text(runtime.Value, "version")}");
            if (runtime.Value.TryGetProperty("holes", out var holes) && holes.ValueKind == JsonValueKind.Array)
            {
                foreach (var hole in holes.EnumerateArray())
                {
                    await Line(session, "", hole.ToString());
                }
            }
        }
    }

    private static async Task WriteDiskAsync(Session session, JsonElement? disk)
    {
        if (disk is { ValueKind: JsonValueKind.Object } root)
        {
            await Line(session, "disk", DiskWords(root, Text(root, "root")));
            if (root.TryGetProperty("imagestore", out var images))
            {
                await Line(session, "disk", DiskWords(images, Text(images, "path")));
            }
        }
    }

    private static string DiskWords(JsonElement disk, string folder)
    {
        var full = disk.TryGetProperty("full", out var isFull) && isFull.ValueKind == JsonValueKind.True ? ", FULL" : "";
        return $"{ByteSizes.Words(Number(disk, "freeBytes"))} of {ByteSizes.Words(Number(disk, "totalBytes"))} free, "
            + $"{Number(disk, "freeInodes"):0} inodes free under {folder}{full}";
    }

    private static async Task WriteCgroupDriverAsync(Session session, CancellationToken cancellationToken)
    {
        const string unknown = "not said";
        try
        {
            var config = await session.Cri.Runtime.RuntimeConfigAsync(new RuntimeConfigRequest(), session.Cri.Within(cancellationToken));
            await Line(session, "cgroup driver", config.Linux?.CgroupDriver.ToString().ToLowerInvariant() ?? unknown);
        }
        catch (RpcException unsupported) when (unsupported.StatusCode == StatusCode.Unimplemented)
        {
            await Line(session, "cgroup driver", unknown);
        }
    }

    private static async Task WriteStorageAsync(Session session, CancellationToken cancellationToken)
    {
        var usage = await session.Cri.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), session.Cri.Within(cancellationToken));
        foreach (var one in usage.ImageFilesystems)
        {
            var inodes = one.InodesUsed is null ? "" : $", {one.InodesUsed.Value} inodes";
            await Line(session, "images", $"{ByteSizes.Words(one.UsedBytes?.Value ?? 0)}{inodes} in {one.FsId?.Mountpoint}");
        }
    }

    private static async Task WriteDaemonAsync(Session session, CancellationToken cancellationToken)
    {
        using var admin = new AdminClient(session.Cri.Endpoint);
        if (await admin.StatusAsync(cancellationToken) is not { } daemon)
        {
            return;
        }

        await Line(session, "daemon", $"pid {daemon.Pid}, up for {Ages.Words(session.Surroundings.Time.GetUtcNow() - daemon.StartedAt)}");
        await Line(session, "root", daemon.Root);
        await Line(session, "runroot", daemon.RunRoot);
        await Line(session, "holds", $"{daemon.Sandboxes} pods, {daemon.Containers} containers, {daemon.Images} images");
    }

    private static JsonElement? DocumentOf(StatusResponse status, string name)
    {
        try
        {
            if (!status.Info.TryGetValue(name, out var text))
            {
                return null;
            }

            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
