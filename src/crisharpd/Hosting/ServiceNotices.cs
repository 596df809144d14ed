using System.Runtime.InteropServices;
using CriSharp.Daemon.Configuration;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>What a service manager hears of a daemon that serves, and what it may ask of it: ready, how it is, reload, stop.</summary>
internal sealed class ServiceNotices : IDisposable
{
    private readonly SystemdNotifier _systemd;
    private readonly PodSandboxStore _sandboxes;
    private readonly ContainerStore _containers;
    private readonly DaemonHealth _health;
    private readonly ILogger _log;
    private readonly PosixSignalRegistration _hangup;
    private Watchdog? _watchdog;

    public ServiceNotices(IServiceProvider services, SystemdNotifier systemd, ILogger log)
    {
        (_systemd, _log) = (systemd, log);
        _sandboxes = services.GetRequiredService<PodSandboxStore>();
        _containers = services.GetRequiredService<ContainerStore>();
        _health = new DaemonHealth(services.GetRequiredService<DaemonOptions>());
        _hangup = ReloadOnHangup.Listen(services.GetRequiredService<ReloadConfiguration>(), services.GetRequiredService<StartGate>().Opened, systemd, Status);
    }

    /// <summary>The sockets answer and all that was left is found again.</summary>
    public void Ready()
    {
        _systemd.Ready(Status());
        _watchdog = Watchdog.Start(_systemd, _health, Status, _log);
    }

    /// <summary>From here on sockets close: nobody asks any more whether they answer.</summary>
    public void Stop()
    {
        _watchdog?.Dispose();
        _systemd.Stopping();
    }

    public void Dispose()
    {
        _watchdog?.Dispose();
        _hangup.Dispose();
    }

    private string Status() => $"{_sandboxes.All.Count} pods, {_containers.All.Count} containers";
}
