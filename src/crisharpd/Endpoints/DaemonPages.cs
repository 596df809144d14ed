using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Metrics;
using CriSharp.Daemon.Services;
using CriSharp.Images.Pulling;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Endpoints;

/// <summary>What the admin socket answers.</summary>
internal sealed class DaemonPages(
    DaemonOptions options,
    PodVerbs pods,
    ImageVerbs images,
    Operations operations,
    AuditPages auditPages,
    ImagePages imagePages,
    ReloadPages reloadPages,
    MetricsPage metrics,
    TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public IEnumerable<AdminPage> All =>
    [
        AdminPage.Json(AdminAddress.VersionPath, () => JsonSerializer.SerializeToUtf8Bytes(DaemonVersion.Document, AdminJson.Default.VersionDocument)),
        AdminPage.Json(AdminAddress.StatusPath, () => JsonSerializer.SerializeToUtf8Bytes(Status(), AdminJson.Default.StatusDocument)),
        AdminPage.Json(AdminAddress.PullsPath, () => JsonSerializer.SerializeToUtf8Bytes(Pulls(), AdminJson.Default.PullsDocument)),
        AdminPage.Json(AdminAddress.OperationsPath, () => JsonSerializer.SerializeToUtf8Bytes(UnderWay(), AdminJson.Default.OperationsDocument)),
        new(AdminAddress.MetricsPath, PrometheusText.ContentType, _ => Task.FromResult<byte[]?>(metrics.Write())),
        .. auditPages.All,
        .. imagePages.All,
        .. reloadPages.All,
    ];

    private StatusDocument Status() => new()
    {
        Pid = Environment.ProcessId,
        StartedAt = _startedAt,
        Root = options.Root,
        RunRoot = options.RunRoot,
        Listen = options.Listen,
        Sandboxes = pods.Sandboxes.All.Count,
        Containers = pods.Containers.All.Count,
        Images = images.Store.List().Count,
    };

    private OperationsDocument UnderWay() => new() { Operations = [.. operations.List().Select(Describe)] };

    private static OperationDocument Describe(Operation operation) => new()
    {
        Name = operation.Name,
        Id = operation.Id,
        Subject = operation.Subject,
        Stage = operation.StageWords,
        AgeSeconds = operation.Age.TotalSeconds,
        StageSeconds = operation.StageAge.TotalSeconds,
    };

    private PullsDocument Pulls() => new() { Pulls = [.. images.PullImage.Progress().Concat(images.LoadArchive.Progress()).Select(Describe)] };

    private static PullDocument Describe(PullProgress pull) => new()
    {
        Reference = pull.Reference,
        StartedAt = pull.StartedAt,
        LayersDone = pull.LayersDone,
        LayersTotal = pull.LayersTotal,
        BytesDone = pull.BytesDone,
        BytesTotal = pull.BytesTotal,
        Layers = [.. pull.Layers.Select(Describe)],
    };

    private static LayerDocument Describe(LayerProgress layer) => new()
    {
        Digest = layer.Blob.Digest.ToString(),
        State = layer.Stage switch
        {
            LayerStage.Downloading => LayerState.Downloading,
            LayerStage.Unpacking => LayerState.Unpacking,
            LayerStage.Present => LayerState.Present,
            LayerStage.Done => LayerState.Done,
            _ => LayerState.Waiting,
        },
        BytesDone = layer.BytesDone,
        BytesTotal = layer.Blob.SizeBytes,
    };
}
