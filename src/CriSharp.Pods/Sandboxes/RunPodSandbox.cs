using CriSharp.Cri.V1;
using CriSharp.Pods.Host;
using CriSharp.Pods.Retries;
using CriSharp.Primitives;
using CriSharp.Specs;
using CriSharp.Storage;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Makes a pod sandbox that is ready for containers:
/// 1 everything is validated · 2 the name is reserved (a retry of an equal request gets the sandbox that it made) · 3 the record is durable ·
/// 4 parts: namespaces, files, network, infra process · 5 the state is durable, then visible.
/// A failure at any step undoes those before it; a crash leaves the record, by which the next start undoes them.
/// </summary>
public sealed partial class RunPodSandbox(
    PodSandboxStore sandboxes,
    RuntimeHandlers handlers,
    HandlerFactsTable handlerFacts,
    SandboxParts parts,
    PodCgroups cgroups,
    DiskRoom room,
    Operations operations,
    Unclaimed<PodSandboxId> unclaimed,
    SandboxLevels levels,
    HostPorts hostPorts,
    PodsOptions options,
    ILogger<RunPodSandbox> logger)
{
    private readonly Coalescer<RunPodSandboxKey, PodSandboxId> _running = new(AbandonedWork.GoesOn)
    {
        OnUnclaimed = (_, id) => unclaimed.Keep(id),
        OnUnheard = (key, failure) => FailedUnheard(logger, key.Name, failure),
    };

    /// <param name="runtimeHandler">"" means the default one.</param>
    /// <param name="cancellationToken">Ends the wait only: the kubelet's retry joins the work or finds its result.</param>
    public async Task<PodSandboxId> RunAsync(PodSandboxConfig config, string runtimeHandler, CancellationToken cancellationToken)
    {
        SandboxRules.Validate(config);
        cgroups.Validate(config.Linux?.CgroupParent ?? "");
        handlers.Get(runtimeHandler);
        RequireUserNamespaces(config, runtimeHandler);
        var key = new RunPodSandboxKey(PodSandboxKey.Of(config.Metadata), config, runtimeHandler);
        var work = _running.RunAsync(key, _ => MakeOrFindAsync(key, config, runtimeHandler), cancellationToken);
        return await operations.ExplainAsync(work, nameof(RunPodSandbox), key.Name.ToString());
    }

    /// <summary>Status says so in the handler's features, and the kubelet reads it there.</summary>
    private void RequireUserNamespaces(PodSandboxConfig config, string runtimeHandler)
    {
        if (UserNamespaceRules.OfSandbox(config.Linux?.SecurityContext?.NamespaceOptions) is null || handlerFacts.Of(runtimeHandler) is { UserNamespaces: true })
        {
            return;
        }

        var name = handlers.Get(runtimeHandler).Handler.Name;
        throw new RuntimeException(
            ErrorKind.FailedPrecondition,
            $"namespace_options.userns_options: runtime handler \"{name}\" has no user namespaces for pods: {handlerFacts.Of(runtimeHandler).WhyNoUserNamespaces}");
    }

    private async Task<PodSandboxId> MakeOrFindAsync(RunPodSandboxKey key, PodSandboxConfig config, string runtimeHandler)
    {
        var id = PodSandboxId.New();
        if (sandboxes.TryReserve(key.Name, id) is { } holder)
        {
            return FindEarlier(key, holder);
        }

        using var operation = operations.Begin(nameof(RunPodSandbox), id.ToString(), key.Name.ToString());
        await using var rollback = new Rollback(options.RollbackLimit, (step, failure) => RollbackFailed(logger, step, id, failure));
        rollback.Add("release the name", () => sandboxes.Release(key.Name, id));
        using var held = await sandboxes.LockAsync(id, CancellationToken.None);
        room.Require($"making a pod sandbox for {key.Name}");

        using var level = levels.Take(config);
        using var ports = hostPorts.Take(config);
        var record = RecordOf(id, config, runtimeHandler) with { SelinuxLevel = level?.Level };
        rollback.Add("forget the record", () => Forget(record));
        Operation.At("record");
        sandboxes.Begin(record);

        var ready = await parts.MakeAsync(record, rollback);
        Operation.At("state");
        var sandbox = sandboxes.Publish(record, ready);
        rollback.Release();
        parts.WatchInfra(sandbox);
        Started(logger, id, key.Name, string.Join(',', ready.Ips));
        return id;
    }

    /// <summary>By a record that is left behind the next start gives the address back.</summary>
    private void Forget(PodSandboxRecord record)
    {
        if (parts.IsAttached(record))
        {
            throw new RuntimeException(ErrorKind.Internal, "its network attachment could not be handed over: the record stays for the next start");
        }

        sandboxes.Forget(record);
    }

    private PodSandboxId FindEarlier(RunPodSandboxKey key, string holder)
    {
        if (!sandboxes.TryFind(holder, out var earlier))
        {
            throw new RuntimeException(
                ErrorKind.AlreadyExists,
                $"a pod sandbox for {key.Name} with another configuration is being made as {holder}: wait for it, or use another attempt number ({UnderWay(key)})");
        }

        var sameRequest = new RunPodSandboxKey(earlier.Record.Key, earlier.Record.Config, earlier.Record.RuntimeHandler);
        if (earlier.State is not SandboxState.Ready || !key.Equals(sameRequest))
        {
            throw new RuntimeException(
                ErrorKind.AlreadyExists,
                $"the pod sandbox {holder} has the name {key.Name} already, {Difference(earlier)}: remove it, or use another attempt number");
        }

        unclaimed.Claim(earlier.Id);
        return earlier.Id;
    }

    private string UnderWay(RunPodSandboxKey key) => operations.Describe(nameof(RunPodSandbox), key.Name.ToString()) ?? "it has just ended";

    private static string Difference(PodSandbox earlier) =>
        earlier.State is SandboxState.Ready ? "with another configuration" : "and is stopped";

    /// <summary>The kubelet takes the pod's newest sandbox for the one that counts.</summary>
    private IEnumerable<DateTimeOffset> EarlierAttempts(PodSandboxKey key) => sandboxes.All
        .Where(earlier => earlier.Record.Key with { Attempt = key.Attempt } == key)
        .Select(earlier => earlier.Record.CreatedAt);

    private PodSandboxRecord RecordOf(PodSandboxId id, PodSandboxConfig config, string runtimeHandler)
    {
        var parent = cgroups.ParentOf(id, config.Linux?.CgroupParent ?? "");
        return new PodSandboxRecord
        {
            Id = id,
            Config = config,
            RuntimeHandler = runtimeHandler,
            Runtime = handlers.PlaceOf(runtimeHandler),
            CreatedAt = RecordTime.After(EarlierAttempts(PodSandboxKey.Of(config.Metadata)), options.Time.GetUtcNow()),
            BootId = BootId.Current,
            CgroupParent = parent,
            MadeCgroups = cgroups.MissingFor(parent),
        };
    }

    [LoggerMessage(1, LogLevel.Information, "Pod sandbox {Sandbox} of {Name} is ready, addresses: {Ips}")]
    private static partial void Started(ILogger logger, PodSandboxId sandbox, PodSandboxKey name, string ips);

    [LoggerMessage(3, LogLevel.Warning, "The pod sandbox of {Name} could not be made, and whoever asked for it had gone")]
    private static partial void FailedUnheard(ILogger logger, PodSandboxKey name, Exception failure);

    [LoggerMessage(2, LogLevel.Error, "Rollback could not {Step} of pod sandbox {Sandbox}")]
    private static partial void RollbackFailed(ILogger logger, string step, PodSandboxId sandbox, Exception failure);
}
