using System.Net.Sockets;
using System.Text;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Tests.Configuration;
using CriSharp.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class SystemdTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-systemd-");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    public void Dispose()
    {
        _systemd.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Notifier_WhenSystemdListens_SaysEachStateInOneMessage(bool isAbstract)
    {
        var systemd = Take(isAbstract, watchdog: null);

        systemd.Starting("finds pods", TimeSpan.FromSeconds(60));
        systemd.Ready("2 pods");
        systemd.Healthy("3 pods\nand a line");
        systemd.Reloading();
        systemd.Stopping();

        Assert.Equal("STATUS=finds pods\nEXTEND_TIMEOUT_USEC=60000000", Receive());
        Assert.Equal("READY=1\nSTATUS=2 pods", Receive());
        Assert.Equal("STATUS=3 pods and a line", Receive());
        Assert.Matches("^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+\nSTATUS=.+$", Receive());
        Assert.StartsWith("STOPPING=1\n", Receive());
    }

    [Theory]
    [InlineData("2000000", null, 2000.0)]
    [InlineData("2000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("soon", null, null)]
    public void Notifier_WhenAWatchdogIsSet_TakesItIfItIsOurs(string microseconds, string? pid, double? milliseconds)
    {
        Environment.SetEnvironmentVariable("WATCHDOG_PID", pid);
        var systemd = Take(isAbstract: false, microseconds);

        Assert.Equal(milliseconds, systemd.WatchdogLimit?.TotalMilliseconds);
        systemd.Healthy("well");
        Assert.Equal(milliseconds is null ? "STATUS=well" : "STATUS=well\nWATCHDOG=1", Receive());
    }

    [Fact]
    public void Notifier_WhenItHasTakenTheVariables_LeavesThemToNoChild()
    {
        Assert.True(Take(isAbstract: false, "1000").IsHeard);
        Assert.False(SystemdNotifier.Take().IsHeard);
        Assert.DoesNotContain(Environment.GetEnvironmentVariables().Keys.Cast<string>(), name => name is "NOTIFY_SOCKET" or "WATCHDOG_USEC" or "WATCHDOG_PID");
    }

    [Fact]
    public async Task Reload_WhenTheLevelChanges_LoggersFollowAndTheRestWaits()
    {
        var start = Options();
        using var services = Services(start);
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("CriSharp.Pods.Any");
        Assert.False(logger.IsEnabled(LogLevel.Debug));

        using var reload = Reload(services, () => start with { LogLevel = LogLevel.Debug, CniConfigDirectory = "/elsewhere" });
        var outcome = await reload.RunAsync(CancellationToken.None);

        Assert.True(logger.IsEnabled(LogLevel.Debug));
        Assert.Contains("crio.network.network_dir", outcome.ToString(), StringComparison.Ordinal);
        var inForce = services.GetRequiredService<OptionsInForce>().Value;
        Assert.Equal((LogLevel.Debug, start.CniConfigDirectory), (inForce.LogLevel, inForce.CniConfigDirectory));
    }

    [Fact]
    public async Task Reload_WhenTheFileIsWrong_ChangesNothing()
    {
        var start = Options();
        using var services = Services(start);

        using var reload = Reload(services, () => throw new RuntimeException(ErrorKind.InvalidArgument, "log_level: \"loud\" is not a level"));
        var refusal = await Assert.ThrowsAsync<RuntimeException>(() => reload.RunAsync(CancellationToken.None));

        Assert.Contains("loud", refusal.Message, StringComparison.Ordinal);
        Assert.Same(start, services.GetRequiredService<OptionsInForce>().Value);
        Assert.False(services.GetRequiredService<ILoggerFactory>().CreateLogger("CriSharp.Pods.Any").IsEnabled(LogLevel.Debug));
    }

    private static ReloadConfiguration Reload(IServiceProvider services, Func<DaemonOptions> read) =>
        new(read, services.GetRequiredService<OptionsInForce>(), services.GetRequiredService<LogLevelSwitch>(), new FakeRooms(), NullLogger.Instance);

    private static ServiceProvider Services(DaemonOptions options)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<OptionsInForce>();
        services.AddLogging(logging => Logging.Configure(logging, options));
        return services.BuildServiceProvider();
    }

    private static DaemonOptions Options() => new()
    {
        Root = "/r",
        RunRoot = "/rr",
        Listen = "/rr/s",
        StreamAddress = System.Net.IPAddress.Loopback,
        StreamPort = 0,
        StreamIdleTimeout = TimeSpan.FromHours(4),
        MonitorPath = "/m",
        PausePath = "/p",
        DefaultRuntime = "runc",
        Runtimes = [new RuntimeOptions("runc", "/runc", "/rr/runc")],
        DefaultEnvironment = [],
        DefaultUlimits = [],
        DefaultCapabilities = [],
        CgroupManager = CgroupManager.Cgroupfs,
        CdiSpecDirectories = [],
        DeviceOwnershipFromSecurityContext = false,
        LogLevel = LogLevel.Information,
        LogFormat = LogFormat.Text,
        CniConfigDirectory = "/cni",
        CniPluginDirectories = ["/bin"],
        InsecureRegistries = [],
        RegistryCertDirectories = [],
        RegistriesConf = "/registries.conf",
        PullProgressTimeout = null,
        PullDiskFloorBytes = null,
        DiskReserveBytes = 0,
        AuditInterval = null,
        CniPluginTimeout = TimeSpan.FromMinutes(1),
        CniAddTimeout = TimeSpan.FromMinutes(1),
        CniDelTimeout = TimeSpan.FromMinutes(1),
        ContainerCreateTimeout = TimeSpan.FromMinutes(1),
        RuntimeTimeout = TimeSpan.FromMinutes(1),
        UnclaimedTimeout = TimeSpan.FromMinutes(1),
    };

    private SystemdNotifier Take(bool isAbstract, string? watchdog)
    {
        var name = isAbstract ? $"@crisharp-{Guid.NewGuid():N}" : Path.Combine(_folder.FullName, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", name);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", watchdog);
        return SystemdNotifier.Take();
    }

    private string Receive()
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
