using Xunit.Sdk;

namespace CriSharp.OciRuntime.Tests;

/// <summary>Programs of the machine that tests need; tests/run installs them.</summary>
internal static class Programs
{
    public static string Runc => Find("runc", "apt-get install runc", "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc");

    /// <summary>What containers of tests run with: CRISHARP_OCI_RUNTIME, or runc (crun refuses hybrid cgroups).</summary>
    public static string OciRuntime => Environment.GetEnvironmentVariable("CRISHARP_OCI_RUNTIME") ?? Runc;

    public static string BusyBox => Find("busybox", "apt-get install busybox-static", "/bin/busybox", "/usr/bin/busybox");

    /// <summary>The published monitor: contrib/publish makes it.</summary>
    public static string Monitor
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("CRISHARP_PUBLISH") ?? PublishFolder();
            return Find("conmon-sharp", "contrib/publish, or set CRISHARP_PUBLISH to its folder", Path.Combine(folder, "conmon-sharp"));
        }
    }

    private static string PublishFolder()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CriSharp.sln")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory?.FullName ?? "/", "artifacts", "publish");
    }

    private static string Find(string name, string remedy, params string[] places) =>
        places.FirstOrDefault(File.Exists) ?? throw FailException.ForFailure($"{name} is missing ({string.Join(", ", places)}): {remedy}");
}
