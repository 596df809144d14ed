using System.Globalization;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Daemons;

/// <summary>Which of a node's choices the instances of the tests take, by the environment; tests/vm/containers runs through them all.</summary>
public static class TestNode
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);

    /// <summary>CRISHARP_TEST_CGROUP_MANAGER: cgroupfs (unless it says otherwise) or systemd.</summary>
    public static string CgroupManager { get; } = Choice("CRISHARP_TEST_CGROUP_MANAGER", "cgroupfs");

    /// <summary>CRISHARP_TEST_RUNTIME: name of the OCI runtime, runc unless it says otherwise.</summary>
    public static string Runtime { get; } = Choice("CRISHARP_TEST_RUNTIME", "runc");

    /// <summary>CRISHARP_TEST_PATIENCE: how many times longer than usual a test waits, for machines that are emulated.</summary>
    public static double Patience { get; } = double.Parse(Choice("CRISHARP_TEST_PATIENCE", "1"), CultureInfo.InvariantCulture);

    public static bool HasSystemd => CgroupManager == "systemd";

    /// <summary>Where the runtime is.</summary>
    public static string RuntimePath { get; } = ((string[])["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"])
        .Select(folder => Path.Combine(folder, Runtime)).FirstOrDefault(File.Exists) ?? throw new InvalidOperationException($"{Runtime} is absent: apt-get install {Runtime}");

    /// <summary>Makes a cgroup as the kubelet makes those of pods: a folder, or a slice of systemd's.</summary>
    public static async Task<CgroupPath> MakeCgroupAsync(string name)
    {
        if (!HasSystemd)
        {
            var path = CgroupPath.Parse('/' + name);
            CgroupHierarchies.Detect().Create(path, CgroupDelegation.AllControllers);
            return path;
        }

        await RunAsync("/usr/bin/systemctl", "start", name + ".slice");
        return CgroupPath.FromSlice(name + ".slice");
    }

    public static async Task RemoveCgroupAsync(CgroupPath cgroup)
    {
        if (HasSystemd)
        {
            await RunAsync("/usr/bin/systemctl", "stop", cgroup.Name);
        }

        using var limit = new CancellationTokenSource(CommandLimit);
        await CgroupHierarchies.Detect().RemoveAsync(cgroup, CommandLimit, limit.Token);
    }

    private static string Choice(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } chosen ? chosen : otherwise;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(new ProgramCommand { Path = program, Arguments = arguments, TimeLimit = CommandLimit }, CancellationToken.None);
        if (run.Exit.ShellCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {run.StandardErrorText}");
        }
    }
}
