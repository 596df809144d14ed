using CriSharp.Cri.V1;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Tests.Sandboxes;

public sealed class HostPortsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ports");
    private readonly PodSandboxStore _store;
    private readonly HostPorts _ports;

    public HostPortsTests()
    {
        _store = new PodSandboxStore(new InstanceFolders(Path.Combine(_folder.FullName, "root"), Path.Combine(_folder.FullName, "run")));
        _ports = new HostPorts(_store);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "")]
    [InlineData("", "10.0.0.1")]
    [InlineData("fd00::1", "")]
    [InlineData("0.0.0.0", "10.0.0.1")]
    [InlineData("10.0.0.1", "0.0.0.0")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1")]
    [InlineData("::", "fd00::1")]
    [InlineData("fd00::1", "fd00:0::1")]
    public void Take_WhatAReadyPodHas_NamesPortAndPod(string theirs, string ours)
    {
        Publish(Asking(8080, theirs));

        var refusal = Assert.Throws<RuntimeException>(() => _ports.Take(Asking(8080, ours)));

        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.Contains("TCP 8080", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("shop/web", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("0.0.0.0", "::")]
    [InlineData("0.0.0.0", "fd00::1")]
    public void Take_OfAnotherAddress_GivesIt(string theirs, string ours)
    {
        Publish(Asking(8080, theirs));

        Assert.NotNull(_ports.Take(Asking(8080, ours)));
    }

    [Fact]
    public void Take_OfAnotherPortOrProtocol_GivesIt()
    {
        Publish(Asking(8080));

        Assert.NotNull(_ports.Take(Asking(8081)));
        Assert.NotNull(_ports.Take(Asking(8080, protocol: Protocol.Udp)));
    }

    [Fact]
    public void Take_OfNone_HoldsNone()
    {
        Publish(Asking(0));
        Assert.Null(_ports.Take(Asking(0)));

        var onTheHost = Asking(8080);
        onTheHost.Linux = new LinuxPodSandboxConfig { SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node } } };
        Publish(onTheHost);
        Assert.Null(_ports.Take(onTheHost));
        Assert.NotNull(_ports.Take(Asking(8080)));
    }

    [Fact]
    public void APort_IsFreeAgain_WhenItsPodIsStoppedOrWasNotMade()
    {
        using (_ports.Take(Asking(8080)))
        {
            Assert.Throws<RuntimeException>(() => _ports.Take(Asking(8080)));
        }

        var pod = Publish(Asking(8080));
        Assert.Throws<RuntimeException>(() => _ports.Take(Asking(8080)));

        _store.Change(pod, new SandboxState.Stopped(DateTimeOffset.UnixEpoch, [], NetworkReleased: true));
        Assert.NotNull(_ports.Take(Asking(8080)));
    }

    private PodSandbox Publish(PodSandboxConfig config)
    {
        var record = Samples.Sandbox() with { Config = config };
        _store.Begin(record);
        return _store.Publish(record, new SandboxState.Ready([], null));
    }

    private static PodSandboxConfig Asking(int port, string address = "", Protocol protocol = Protocol.Tcp)
    {
        var config = Samples.SandboxConfig();
        config.PortMappings.Add(new PortMapping { ContainerPort = 80, HostPort = port, HostIp = address, Protocol = protocol });
        return config;
    }
}
