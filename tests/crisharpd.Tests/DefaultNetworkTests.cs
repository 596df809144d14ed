using CriSharp.Cni;
using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Tests;

/// <summary>On a node with two networks.</summary>
public sealed class DefaultNetworkTests : IDisposable
{
    private readonly SettingSamples _samples = new();

    public DefaultNetworkTests()
    {
        _samples.FileOf("net.d/10-first.conflist", """{"cniVersion": "1.0.0", "name": "first", "plugins": [{"type": "bridge"}]}""");
        _samples.FileOf("net.d/20-second.conflist", """{"cniVersion": "1.0.0", "name": "second", "plugins": [{"type": "bridge"}]}""");
    }

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("", "first")]
    [InlineData("second", "second")]
    public async Task Network_ThatTheNodeSays_IsThePodsAndTheChecks(string said, string network)
    {
        var options = Options(said);
        Assert.Equal(network, StoreOf(options).Load().Name);
        var findings = await new NetworkCheck().RunAsync(options, default);
        Assert.Contains(findings, finding => finding.ToString().Contains($"{network}, from", StringComparison.Ordinal));
    }

    [Fact]
    public void Network_ThatIsNotThere_IsNamed()
    {
        var failure = Assert.ThrowsAny<Exception>(() => StoreOf(Options("third")).Load());
        Assert.Contains("\"third\"", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>By the key, whose empty value says: as usual.</summary>
    private DaemonOptions Options(string network)
    {
        var file = _samples.FileOf("crisharp.conf", $"[crio.network]\nnetwork_dir = \"{_samples.Folder}/net.d\"\ncni_default_network = \"{network}\"");
        var options = SettingSamples.Read([.. SettingSamples.Programs, "--config", file]);
        Assert.Empty(options.IgnoredKeys);
        return options;
    }

    private static CniConfigStore StoreOf(DaemonOptions options)
    {
        var services = new ServiceCollection();
        services.AddPods(options);
        return (CniConfigStore)services.Single(service => service.ServiceType == typeof(CniConfigStore)).ImplementationInstance!;
    }
}
