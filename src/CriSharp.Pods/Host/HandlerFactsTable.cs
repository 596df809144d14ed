using CriSharp.OciRuntime.Commands;
using CriSharp.Specs;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Host;

/// <summary>What each runtime handler can do; empty until they were asked at start. Replaced as a whole when the handlers are.</summary>
public sealed class HandlerFactsTable(RuntimeHandlers handlers, SnapshotStore snapshots, HostFacts host, PodsOptions options)
{
    private volatile IReadOnlyList<HandlerFacts> _all = [];

    /// <summary>The default handler comes twice, under its own name and under "", which the kubelet looks for.</summary>
    public IReadOnlyList<HandlerFacts> All => _all;

    /// <param name="name">"" is the default handler. One that was not asked can do nothing.</param>
    public HandlerFacts Of(string name) => _all.FirstOrDefault(facts => facts.Name == name) ?? new HandlerFacts(name, false, false);

    public async Task AskAsync(CancellationToken cancellationToken) => Replace(await AskAsync(handlers.Table, cancellationToken));

    public void Replace(IReadOnlyList<HandlerFacts> facts) => _all = facts;

    /// <summary>Asks handlers that are not in force yet.</summary>
    public async Task<IReadOnlyList<HandlerFacts>> AskAsync(HandlerTable table, CancellationToken cancellationToken)
    {
        var named = await Task.WhenAll(table.ByName.Values.Select(runtime => AskAsync(runtime, cancellationToken)));
        if (named.Any(facts => facts.UserNamespaces) && await UserNamespaceFacts.RefusalOfHostAsync(snapshots, options.PausePath) is { } refusal)
        {
            named = [.. named.Select(facts => facts.UserNamespaces ? facts with { UserNamespaces = false, WhyNoUserNamespaces = refusal } : facts)];
        }

        var preferred = named.First(facts => facts.Name == table.Default.Handler.Name);
        return [preferred with { Name = "" }, .. named];
    }

    private Task<HandlerFacts> AskAsync(OciRuntimeCli runtime, CancellationToken cancellationToken) =>
        HandlerFacts.AskAsync(runtime.Handler.Name, runtime, host.Kernel, cancellationToken);
}
