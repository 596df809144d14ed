using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Tests.Monitors;

public sealed class LeftoverProcessesTests
{
    private const string Runs = "/run/one/containers";

    private readonly ContainerId _id = ContainerId.New();

    [Fact]
    public void Monitors_WhenTheirBundleIsOurs_AreFound()
    {
        ProcessEntry[] processes =
        [
            Process(1, "/usr/bin/conmon-sharp", "--id", $"{_id}", "--bundle", $"{Runs}/{_id}", "--exit-file", "/x", "--socket", "/y"),
            Process(2, "/usr/bin/conmon-sharp", "--id", $"{_id}", "--bundle", $"/run/two/containers/{_id}", "--exit-file", "/x", "--socket", "/y"),
            Process(3, "vi", $"{Runs}/{_id}/config.json"),
            Process(4, "conmon-sharp"),
            Process(5, "grep", "--id", $"{_id}"),
        ];

        Assert.Equal([new LeftoverProcess(_id, new ProcessIdentity(1, 10))], new LeftoverProcesses(Runs).Monitors(processes));
    }

    [Fact]
    public void Runtimes_WhenTheirRootIsTheHandlers_AreFoundWithTheContainer()
    {
        var handler = new RuntimeHandler { Name = "runc", Path = "/usr/sbin/runc", Root = "/run/one/runtime/runc" };
        ProcessEntry[] processes =
        [
            Process(1, "/usr/sbin/runc", "--root", handler.Root, "--log", "/dev/stderr", "delete", "--force", $"{_id}"),
            Process(2, "/usr/sbin/runc", "--root", "/run/two/runtime/runc", "delete", $"{_id}"),
            Process(3, "/usr/sbin/runc", "--root", handler.Root, "features"),
            Process(4, "/usr/bin/strace", "--root", handler.Root, $"{_id}"),
        ];

        Assert.Equal([new LeftoverProcess(_id, new ProcessIdentity(1, 10))], LeftoverProcesses.Runtimes(processes, handler));
    }

    [Fact]
    public void ProcessTable_WhenRead_HasThisProcess() =>
        Assert.Contains(ProcessTable.Read(), process => process.Identity.Pid == Environment.ProcessId && process.Arguments.Count > 0);

    private static ProcessEntry Process(int pid, params string[] arguments) => new(new ProcessIdentity(pid, 10), arguments);
}
