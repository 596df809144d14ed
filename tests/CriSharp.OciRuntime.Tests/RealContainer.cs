using System.Text.Json.Nodes;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.OciRuntime.Monitors;
using CriSharp.OciRuntime.Sessions;

namespace CriSharp.OciRuntime.Tests;

/// <summary>A bundle made by hand, from busybox alone, with everything that a container of it needs; Dispose leaves nothing.</summary>
internal sealed class RealContainer : IAsyncDisposable
{
    private static readonly CgroupHierarchies Cgroups = CgroupHierarchies.Detect();

    private readonly string _folder = Directory.CreateTempSubdirectory("container-").FullName;
    private readonly CgroupPath _cgroupParent;

    public RealContainer(string? runtimePath = null)
    {
        _cgroupParent = CgroupPath.Parse($"crisharp-test-{Id.ToString()[..12]}");
        Runtime = new OciRuntimeCli(new RuntimeHandler { Name = "runc", Path = runtimePath ?? Programs.OciRuntime, Root = Path.Combine(_folder, "runtime") });
        Launch = new MonitorLaunch
        {
            Id = Id,
            Bundle = new BundleStore(Path.Combine(_folder, "containers")).Of(Id),
            ExitFile = Path.Combine(_folder, "exit"),
            LogPath = Path.Combine(_folder, "log"),
            CreateTimeout = TimeSpan.FromSeconds(20),
        };
    }

    public ContainerId Id { get; } = ContainerId.New();

    public OciRuntimeCli Runtime { get; }

    public MonitorLaunch Launch { get; set; }

    public ContainerMonitor? Monitor { get; private set; }

    public MonitorClient Client => new(Launch.Bundle.MonitorSocket);

    public void WriteBundle(params string[] arguments)
    {
        var store = new BundleStore(Path.GetDirectoryName(Launch.Bundle.Directory)!);
        var config = Config(arguments);
        config["process"]!["terminal"] = Launch.Terminal;
        store.Write(Id, System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()));
        var bin = Directory.CreateDirectory(Path.Combine(Launch.Bundle.RootFs, "bin")).FullName;
        foreach (var folder in (string[])["proc", "dev", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(Launch.Bundle.RootFs, folder));
        }

        File.Copy(Programs.BusyBox, Path.Combine(bin, "busybox"));
        foreach (var applet in (string[])["sh", "sleep", "echo", "true", "cat", "head", "setsid", "ls", "sha256sum", "stty", "readlink", "nohup", "wc"])
        {
            File.CreateSymbolicLink(Path.Combine(bin, applet), "busybox");
        }
    }

    public async Task CreateAsync(params string[] arguments)
    {
        WriteBundle(arguments);
        Monitor = await new MonitorLauncher(Programs.Monitor).LaunchAsync(Launch, Runtime, CancellationToken.None);
    }

    public async Task RunAsync(params string[] arguments)
    {
        await CreateAsync(arguments);
        await Runtime.StartAsync(Id, CancellationToken.None);
    }

    public Task<ExecResult> ExecAsync(string script, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Client.ExecAsync(Exec(["sh", "-c", script]) with { Timeout = timeout }, cancellationToken);

    public ExecRequest Exec(string[] arguments)
    {
        var id = Guid.NewGuid().ToString("N");
        return new ExecRequest
        {
            ExecId = id,
            Bundle = Launch.Bundle,
            Process = System.Text.Encoding.UTF8.GetBytes(Process(arguments).ToJsonString()),
            Cgroup = ExecCgroup.For(Cgroups.PathsOf(Monitor!.ContainerPid)!, id),
        };
    }

    public StreamedExecRequest StreamedExec(StreamsAsked streams, params string[] arguments)
    {
        var id = Guid.NewGuid().ToString("N");
        var process = Process(arguments);
        process["terminal"] = streams.Terminal;
        return new StreamedExecRequest
        {
            ExecId = id,
            Bundle = Launch.Bundle,
            Process = System.Text.Encoding.UTF8.GetBytes(process.ToJsonString()),
            Streams = streams,
            Cgroup = ExecCgroup.For(Cgroups.PathsOf(Monitor!.ContainerPid)!, id),
        };
    }

    /// <summary>How many descriptors the monitor has open.</summary>
    public int OpenDescriptors() => Directory.GetFiles($"/proc/{Monitor!.Pid}/fd").Length;

    /// <summary>Of the monitor, in all its life.</summary>
    public TimeSpan MonitorCpuTime()
    {
        const int UserTime = 11;
        const int SystemTime = 12;
        const int TicksPerSecond = 100;
        var stat = File.ReadAllText($"/proc/{Monitor!.Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Number(fields[UserTime]) + Number(fields[SystemTime])) / (double)TicksPerSecond);
    }

    /// <summary>What the monitor has for itself: neither pages of its program nor of libraries, which all monitors share.</summary>
    public long MonitorAnonymousBytes() =>
        File.ReadLines($"/proc/{Monitor!.Pid}/smaps_rollup").Where(line => line.StartsWith("Anonymous:", StringComparison.Ordinal))
            .Sum(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])) * 1024;

    public string[] BundleNames() => [.. Directory.GetFileSystemEntries(Launch.Bundle.Directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Pids of all processes in the container's cgroups.</summary>
    public IReadOnlySet<int> Pids() => Cgroups.Pids(_cgroupParent);

    public async Task<ContainerExit> WaitForExitAsync()
    {
        using var watcher = new ExitWatcher(Monitor!, TimeProvider.System);
        return await watcher.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (Monitor is not null)
        {
            Assert.Null(await new LaunchUndo(Launch, Runtime).RunAsync(Monitor));
        }

        Assert.Empty(Runtime.List());
        await Cgroups.RemoveAsync(_cgroupParent, TimeSpan.FromSeconds(10), CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Process(string[] arguments) => new()
    {
        ["args"] = new JsonArray([.. arguments.Select(argument => JsonValue.Create(argument))]),
        ["cwd"] = "/",
        ["env"] = new JsonArray("PATH=/bin"),
        ["noNewPrivileges"] = true,
        ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
    };

    private static JsonObject Mount(string destination, string type, params string[] options) => new()
    {
        ["destination"] = destination,
        ["type"] = type,
        ["source"] = type,
        ["options"] = new JsonArray([.. options.Select(option => JsonValue.Create(option))]),
    };

    private JsonObject Config(string[] arguments) => new()
    {
        ["ociVersion"] = "1.0.2",
        ["process"] = Process(arguments),
        ["root"] = new JsonObject { ["path"] = "rootfs" },
        ["mounts"] = new JsonArray(
            Mount("/proc", "proc"),
            Mount("/dev", "tmpfs", "nosuid", "mode=755"),
            Mount("/dev/pts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620")),
        ["linux"] = new JsonObject
        {
            ["cgroupsPath"] = $"/{_cgroupParent.Value}/{Id}",
            ["namespaces"] = new JsonArray([.. new[] { "pid", "ipc", "uts", "mount", "network" }.Select(type => new JsonObject { ["type"] = type })]),
        },
    };
}
