namespace CriSharp.Cni;

/// <summary>
/// What the plugins of the network say at STATUS (CNI 1.1). They are asked by one at a time; whoever wants to know waits a moment at
/// most, and has the last known answer while plugins take longer.
/// </summary>
internal sealed class StatusAnswers(PluginRun run, CniLimits limits)
{
    private readonly Lock _changing = new();
    private Task? _asking;
    private Answer? _last;

    /// <returns>Why the network can't serve now; null when it can.</returns>
    public async Task<string?> RefusalAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        Task asking;
        lock (_changing)
        {
            // Never on a caller's token: the answer is for all.
            asking = _asking ??= Task.Run(() => AskAsync(network), CancellationToken.None);
        }

        try
        {
            await asking.WaitAsync(limits.StatusPatience, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The last answer stands.
        }

        lock (_changing)
        {
            return _last is { } last && last.Network == IdentityOf(network)
                ? last.Refusal
                : $"the plugins of network {network.Name} have not answered STATUS yet";
        }
    }

    // Another file, or another text in it, is another network.
    private static string IdentityOf(NetworkConfiguration network) => $"{network.FilePath}\n{network.Json.GetRawText()}";

    private async Task AskAsync(NetworkConfiguration network)
    {
        var refusal = await AskPluginsAsync(network);
        lock (_changing)
        {
            _last = new Answer(IdentityOf(network), refusal);
            _asking = null;
        }
    }

    private async Task<string?> AskPluginsAsync(NetworkConfiguration network)
    {
        var limit = new VerbLimit(limits.Status);
        try
        {
            foreach (var plugin in network.Plugins)
            {
                await run.RunAsync(new PluginCall(PluginVerb.Status, network.Name, plugin.Type, null), [], PluginInput.For(network, plugin, null, null), limit, CancellationToken.None);
            }

            return null;
        }
        catch (Exception failure)
        {
            return failure.Message;
        }
    }

    private sealed record Answer(string Network, string? Refusal);
}
