using System.Text;
using System.Text.Json;
using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Pods.Host;

namespace CriSharp.Daemon.Services;

/// <summary>What Status, Version and RuntimeConfig tell of this node.</summary>
internal sealed class NodeFacts(DaemonOptions options, OptionsInForce inForce, SandboxNetwork network, HandlerFactsTable handlers)
{
    public string Version { get; } = DaemonVersion.Document.Version;

    public CgroupDriver CgroupDriver { get; } = options.CgroupManager == CgroupManager.Systemd ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs;

    public IReadOnlyList<HandlerFacts> Handlers => handlers.All;

    public Task<NetworkStatus> NetworkAsync(CancellationToken cancellationToken) => network.StatusAsync(cancellationToken);

    /// <summary>The effective configuration, wrapped in JSON as crictl wants; it holds no secrets.</summary>
    public string ConfigText()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("toml", ConfigurationText.Of(inForce.Value));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
