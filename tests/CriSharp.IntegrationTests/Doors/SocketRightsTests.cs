using System.Globalization;
using CriSharp.Admin;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Networks;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Doors;

/// <summary>Who may use what the daemon has on the machine, and what those that it starts get of it.</summary>
public sealed class SocketRightsTests : IAsyncLifetime
{
    private const int Nobody = 65534;
    private const string Python = "/usr/bin/python3";
    private const string ListDescriptors = "for f in /proc/self/fd/*; do echo \"${0##*/} ${f##*/} $(readlink $f)\"; done";

    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync() =>
        _daemon = await DaemonInstance.StartAsync("--admin-group", Nobody.ToString(CultureInfo.InvariantCulture));

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    [Fact]
    public void Files_OfTheDaemon_AreClosedToOthers()
    {
        Assert.Equal("0700", ModeOf(_daemon.Root));
        Assert.Equal("0710", ModeOf(_daemon.RunRoot));
        Assert.Equal("0660", ModeOf(_daemon.Socket));
        Assert.Equal("0660", ModeOf(AdminAddress.Beside(_daemon.Socket)));
        Assert.All(Directory.EnumerateDirectories(_daemon.Root), folder => Assert.True(ModeOf(folder) is "0700" or "0711", $"{folder} has {ModeOf(folder)}"));
    }

    [Fact]
    public async Task AdminSocket_ForItsGroup_IsReadOnly_AndTheCrisIsClosed()
    {
        // The folder that tests live in is root's alone.
        File.SetUnixFileMode(_daemon.Folder, File.GetUnixFileMode(_daemon.Folder) | UnixFileMode.OtherExecute);
        var admin = AdminAddress.Beside(_daemon.Socket);

        Assert.StartsWith("HTTP/1.1 200", await AskAsync(Nobody, admin, $"GET {AdminAddress.StatusPath}"), StringComparison.Ordinal);
        foreach (var path in (string[])[AdminAddress.ReloadPath, AdminAddress.AuditFixPath, AdminAddress.UntagPath, AdminAddress.LoadPath])
        {
            var refused = await AskAsync(Nobody, admin, $"POST {path}");
            Assert.StartsWith("HTTP/1.1 403", refused, StringComparison.Ordinal);
            Assert.Contains("root alone", refused, StringComparison.Ordinal);
        }

        Assert.StartsWith("HTTP/1.1 403", await AskAsync(Nobody, admin, $"GET {AdminAddress.SavePath}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(0, admin, $"POST {AdminAddress.ReloadPath}"), StringComparison.Ordinal);
        Assert.Contains("PermissionError", await AskAsync(Nobody, _daemon.Socket, "GET /"), StringComparison.Ordinal);
        Assert.Contains("PermissionError", await AskAsync(Nobody - 1, admin, $"GET {AdminAddress.StatusPath}"), StringComparison.Ordinal);
        Assert.Contains($"user {Nobody} (group {Nobody}", _daemon.Log, StringComparison.Ordinal);
    }

    /// <summary>CVE-2024-21626, CVE-2016-9962: what a plugin or a runtime inherits, it may pass on.</summary>
    [Fact]
    public async Task Descriptors_OfPluginsAndRuntimes_AreThreeAtMost_AndNoSocketIsAbstract()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_daemon.Folder, "listers")).FullName;
        var list = Path.Combine(_daemon.Folder, "descriptors");
        foreach (var (name, program) in (IEnumerable<(string, string)>)[("bridge", Path.Combine(CniNetwork.PluginDirectory, "bridge")), ("runtime", TestNode.RuntimePath)])
        {
            var path = Path.Combine(folder, name);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n({ListDescriptors}) >> {list} < /dev/null\nexec {program} \"$@\"\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _daemon.Plugins.Delegate("bridge", Path.Combine(folder, "bridge"));
        await _daemon.StopDaemonAsync();
        await using var registry = await LocalRegistry.StartAsync();
        await _daemon.StartDaemonAsync("--runtimes", $"lister:{folder}/runtime", "--insecure-registry", registry.Host);
        var image = await _daemon.Client.PullAsync(await registry.PushBusyboxAsync());
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config, "lister"), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(image));
        await _daemon.Client.ExecTextAsync(container, "true");
        int[] ours = [_daemon.DaemonPid, .. Monitors.Of(_daemon.Folder, container)];
        Assert.True(ours.Length > 1, "the container has no monitor");
        Assert.All(ours, pid => Assert.Empty(AbstractSockets.Of(pid)));
        await _daemon.Client.StopPodAsync(pod.Id);
        await _daemon.Client.RemovePodAsync(pod.Id);

        // The shell's own view of the folder that it lists is gone by the time that it is read; its script it has open by a number of its own.
        var lines = (await File.ReadAllLinesAsync(list)).Where(line => line.Split(' ', 3) is [_, _, { Length: > 0 } target] && !target.StartsWith("/proc/", StringComparison.Ordinal)).ToList();
        Assert.Contains(lines, line => line.StartsWith("runtime ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("bridge ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Split(' ', 3)[1] is "0" or "1" or "2" || line.Contains(folder, StringComparison.Ordinal), line));
    }

    private static string ModeOf(string path) => "0" + Convert.ToString((int)File.GetUnixFileMode(path), 8);

    /// <returns>The answer, or why there is none.</returns>
    private static async Task<string> AskAsync(int user, string socket, string request)
    {
        var script = $"import socket; s = socket.socket(socket.AF_UNIX); s.connect('{socket}'); "
            + $"s.sendall(b'{request} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'); d = b''.join(iter(lambda: s.recv(4096), b'')); print(d.decode())";
        var id = user.ToString(CultureInfo.InvariantCulture);
        var run = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = "/usr/bin/setpriv",
                Arguments = ["--reuid", id, "--regid", id, "--clear-groups", Python, "-c", script],
                TimeLimit = TimeSpan.FromSeconds(30) * TestNode.Patience,
            },
            CancellationToken.None);
        return run.StandardOutputText + run.StandardErrorText;
    }
}
