using System.Net.Sockets;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.FakeCni;
using CriSharp.TestSupport.FakeRuntime;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Networks;
using CriSharp.TestSupport.Power;

namespace CriSharp.TestSupport.Daemons;

/// <summary>
/// A whole instance of the published daemon in folders of its own, with a bridge network and a cgroup of its own, so that it lives
/// beside others. The daemon in it can be killed, stopped and started again. Disposing ends and removes whatever a test left.
/// </summary>
public sealed class DaemonInstance : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30) * TestNode.Patience;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30) * TestNode.Patience;
    private static readonly TimeSpan BackgroundLimit = TimeSpan.FromSeconds(90) * TestNode.Patience;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(5) * TestNode.Patience;

    private readonly List<string> _flags = [];
    private CgroupPath _cgroup;
    private ChildProcess? _daemon;
    private CriClient? _client;
    private bool _isPlain;
    private string? _root;
    private bool _hasFailPoints;

    private DaemonInstance()
    {
        // Short: the path of a monitor's socket holds a 64-digit id and must fit into 108 bytes.
        Folder = Directory.CreateTempSubdirectory("crs").FullName;
        Directory.CreateDirectory(PodLogs);
        File.WriteAllText(ConfigFile, "");
        foreach (var plugin in (string[])["bridge", "portmap"])
        {
            Plugins.Delegate(plugin, Path.Combine(CniNetwork.PluginDirectory, plugin));
        }

        _cgroup = CgroupPath.Parse('/' + CgroupName);
    }

    /// <summary>Name of a runtime handler that is the OCI runtime behind <see cref="Runtime"/>.</summary>
    public const string FaultyHandler = "faulty";

    public string Folder { get; }

    /// <summary>In the instance's folder, or where it was told.</summary>
    public string Root => _root ?? Path.Combine(Folder, "root");

    public string RunRoot => Path.Combine(Folder, "run");

    public string Socket => Path.Combine(RunRoot, "crisharp.sock");

    /// <summary>The daemon's configuration file, empty at first.</summary>
    public string ConfigFile => Path.Combine(Folder, "crisharp.conf");

    public CniNetwork Network { get; } = CniNetwork.Create();

    /// <summary>Stands before the network's plugins, with fail points.</summary>
    public FakeCniPlugins Plugins { get; } = new("bridge", "portmap");

    /// <summary>Stands before the OCI runtime in the handler <see cref="FaultyHandler"/>, with fail points.</summary>
    public FakeOciRuntime Runtime { get; } = new(TestNode.RuntimePath);

    /// <summary>Fail points within the daemon, where it was started with them.</summary>
    public FailPointFile FailPoints => new(Path.Combine(Folder, "fail-points"));

    /// <summary>Parent of the log folders of pods.</summary>
    public string PodLogs => Path.Combine(Folder, "logs");

    /// <summary>As pods say it in linux.cgroup_parent; it is there, as the kubelet's are.</summary>
    public string CgroupParent => TestNode.HasSystemd ? _cgroup.Name : _cgroup.ToString();

    /// <summary>The same in the kernel's words.</summary>
    public CgroupPath Cgroup => _cgroup;

    private string CgroupName => Path.GetFileName(Folder);

    /// <summary>Where a container of such a pod is.</summary>
    public CgroupPath CgroupOf(string container) => _cgroup.Append(TestNode.HasSystemd ? $"crisharp-{container}.scope" : container);

    /// <summary>What the daemon has said since the instance was made.</summary>
    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    public bool IsRunning => _daemon is { Handle.HasExited: false };

    /// <summary>Sandboxes whose DEL is owed to the network.</summary>
    public IReadOnlyList<string> NetworkDebts =>
        Directory.Exists(Path.Combine(Root, "network-debts")) ? [.. Directory.EnumerateDirectories(Path.Combine(Root, "network-debts")).Select(folder => Path.GetFileName(folder))] : [];

    public int DaemonPid => _daemon?.Pid ?? throw new InvalidOperationException("the daemon is not running");

    public CriClient Client => _client ?? throw new InvalidOperationException("the daemon is not running");

    private string[] FailPointFlags => ["--cni-plugin-dir", Plugins.PluginDirectory, "--runtimes", $"{FaultyHandler}:{Runtime.ProgramPath}"];

    private static string DaemonCommand => $"{PublishedPrograms.Daemon} serve";

    private SnapshotScope Scope => new()
    {
        Roots = [Root, RunRoot, Network.Root],
        CgroupTops = [_cgroup],
        Bridges = [Network.Bridge],
        Markers = [Folder + "/"],
    };

    private string LogPath => Path.Combine(Folder, "daemon.log");

    /// <param name="flags">Flags of crisharpd serve besides those that make the instance.</param>
    public static Task<DaemonInstance> StartAsync(params string[] flags) => StartAsync(new DaemonInstance(), flags);

    /// <summary>An instance without programs with fail points in the way: for measuring.</summary>
    public static Task<DaemonInstance> StartPlainAsync(params string[] flags) => StartAsync(new DaemonInstance { _isPlain = true }, flags);

    /// <param name="root">On a disk of the test's own.</param>
    /// <inheritdoc cref="StartAsync(string[])"/>
    public static Task<DaemonInstance> StartOnAsync(string root, params string[] flags) => StartAsync(new DaemonInstance { _root = root }, flags);

    /// <summary>An instance whose daemon fails, hangs or dies at the stages that <see cref="FailPoints"/> names.</summary>
    public static Task<DaemonInstance> StartWithFailPointsAsync(params string[] flags) => StartAsync(new DaemonInstance { _hasFailPoints = true }, flags);

    /// <summary>As <see cref="StartPlainAsync"/>, with its root on a disk whose power can be cut.</summary>
    public static Task<DaemonInstance> StartOnAsync(CutDisk disk, params string[] flags) => StartAsync(new DaemonInstance { _isPlain = true }, flags, disk);

    private static async Task<DaemonInstance> StartAsync(DaemonInstance instance, string[] flags, CutDisk? disk = null)
    {
        try
        {
            if (disk is not null)
            {
                await disk.MountAsync(instance.Root);
            }

            instance._cgroup = await TestNode.MakeCgroupAsync(instance.CgroupName);
            await instance.StartDaemonAsync(flags);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the daemon again on the same folders, with the same flags if none are given.</summary>
    public async Task StartDaemonAsync(params string[] flags)
    {
        if (flags.Length > 0)
        {
            _flags.Clear();
            _flags.AddRange(flags);
        }

        using var ready = new ReadySocket(Path.Combine(Folder, "notify"));
        _daemon = Spawn(ready.Path, [.. _flags]);
        using var limit = new CancellationTokenSource(StartLimit);
        var exit = _daemon.WaitForExitAsync(limit.Token);
        if (await Task.WhenAny(ready.ReadyAsync(limit.Token), exit) == exit)
        {
            throw new InvalidOperationException($"crisharpd did not get ready: {Log}");
        }

        _client = new CriClient(Socket);
    }

    /// <summary>Runs a daemon on the same folders to its end: for starts that must fail.</summary>
    public async Task<(int ExitCode, string Output)> RunSecondDaemonAsync(params string[] flags)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = PublishedPrograms.Daemon, Arguments = [.. Arguments(flags)], Environment = Variables(null), TimeLimit = StopLimit },
            CancellationToken.None);
        return (output.Exit.ShellCode, output.StandardOutputText + output.StandardErrorText);
    }

    /// <summary>For what the daemon does in the background.</summary>
    public async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(BackgroundLimit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"the daemon did not do it within {BackgroundLimit.TotalSeconds} s: {Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    /// <summary>kill -9, as the OOM killer would.</summary>
    public async Task KillDaemonAsync() => await EndDaemonAsync(Signals.SIGKILL);

    /// <summary>Waits for a daemon that has been told to die, or has been killed by others.</summary>
    public async Task DaemonDiedAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _daemon!.WaitForExitAsync(limit.Token);
        Forget();
    }

    /// <summary>As a power cut leaves the machine: daemon, monitors and containers are dead, and what lived in memory (mounts, cgroups, the run root, given addresses) is gone.</summary>
    public async Task LosePowerAsync()
    {
        await KillDaemonAsync();
        await new InstanceRemains(Folder, _cgroup).EndAsync(RunRoot);
        Directory.Delete(RunRoot, recursive: true);
        if (Directory.Exists(Network.LeaseDirectory))
        {
            Directory.Delete(Network.LeaseDirectory, recursive: true);
        }

        _cgroup = await TestNode.MakeCgroupAsync(CgroupName);
    }

    /// <summary>What there is of this instance: files, mounts, cgroups, network, processes; the daemon itself does not count.</summary>
    public MachineSnapshot Snapshot() => MachineSnapshot.Take(Scope);

    /// <returns>What differs from before once the kernel has had the time to settle: nothing, after a verb that was rolled back.</returns>
    public async Task<IReadOnlyList<string>> DifferencesAsync(MachineSnapshot before)
    {
        using var limit = new CancellationTokenSource(SettleLimit);
        while (true)
        {
            var differences = before.Compare(Snapshot()).Where(line => !line.Contains(DaemonCommand, StringComparison.Ordinal)).ToList();
            if (differences.Count == 0 || limit.IsCancellationRequested)
            {
                return differences;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    /// <summary>As systemd stops it: containers stay.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopDaemonAsync() => (await EndDaemonAsync(Signals.SIGTERM)).ShellCode;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_daemon is { Handle.HasExited: false })
            {
                await EndDaemonAsync(Signals.SIGTERM);
            }

            _client?.Dispose();
            _daemon?.Dispose();
        }
        finally
        {
            await new InstanceRemains(Folder, _cgroup).RemoveAsync();
            await Network.DisposeAsync();
            Plugins.Dispose();
            Runtime.Dispose();
        }
    }

    private async Task<ProcessExit> EndDaemonAsync(int signal)
    {
        var daemon = _daemon ?? throw new InvalidOperationException("the daemon is not running");
        daemon.Handle.Signal(signal);
        using var limit = new CancellationTokenSource(StopLimit);
        var exit = await daemon.WaitForExitAsync(limit.Token);
        Forget();
        return exit;
    }

    private void Forget()
    {
        _client?.Dispose();
        _client = null;
        _daemon?.Dispose();
        _daemon = null;
    }

    private ChildProcess Spawn(string notifySocket, string[] flags)
    {
        using var log = File.OpenHandle(LogPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var program = PublishedPrograms.Daemon;
        return ChildProcess.Start(new ProgramStart
        {
            Path = program,
            Arguments = [program, .. Arguments(flags)],
            Environment = [.. Variables(notifySocket), .. _hasFailPoints ? [$"CRISHARP_FAIL_POINTS={FailPoints.Path}"] : (string[])[]],
            Descriptors = [new ChildDescriptor(1, log), new ChildDescriptor(2, log)],
            NewSession = true,
        });
    }

    private IEnumerable<string> Arguments(string[] flags) =>
    [
        "serve", "--config", ConfigFile, "--root", Root, "--runroot", RunRoot, "--cni-config-dir", Network.ConfigDirectory,
        "--cgroup-manager", TestNode.CgroupManager, "--default-runtime", TestNode.Runtime, "--log-level", _isPlain ? "info" : "debug", .. _isPlain ? [] : FailPointFlags,
        "--cni-plugin-dir", CniNetwork.PluginDirectory, .. flags,
    ];

    /// <summary>What lies in bin of the instance's folder can be run by its name; the folder is the daemon's home, so that no login of this machine counts.</summary>
    private List<string> Variables(string? notifySocket)
    {
        List<string> variables = [$"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{Folder}/bin", $"HOME={Folder}"];
        if (notifySocket is not null)
        {
            variables.Add($"NOTIFY_SOCKET={notifySocket}");
        }

        return variables;
    }

    /// <summary>Where the daemon says READY=1, as it does to systemd. sd_notify(3)</summary>
    private sealed class ReadySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public ReadySocket(string path)
        {
            Path = path;
            File.Delete(path);
            _socket.Bind(new UnixDomainSocketEndPoint(path));
        }

        public string Path { get; }

        public async Task ReadyAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[256];
            string state;
            do
            {
                var count = await _socket.ReceiveAsync(buffer, cancellationToken);
                state = System.Text.Encoding.UTF8.GetString(buffer.AsSpan(0, count));
            }
            while (!state.Contains("READY=1", StringComparison.Ordinal));
        }

        public void Dispose() => _socket.Dispose();
    }
}
