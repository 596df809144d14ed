namespace CriSharp.OciRuntime.Bundles;

/// <summary>A container's folder under the run root: the OCI bundle, and what its monitor and its execs keep beside it.</summary>
public sealed record Bundle(string Directory)
{
    public string ConfigPath => Path.Combine(Directory, "config.json");

    public string RootFs => Path.Combine(Directory, "rootfs");

    public string MonitorSocket => Path.Combine(Directory, "monitor.sock");

    /// <summary>The runtime's: the container's init.</summary>
    public string PidFile => Path.Combine(Directory, "pid");

    /// <summary>The process document of one exec, there while it is being started.</summary>
    public string ProcessPath(string execId) => Path.Combine(Directory, $"process-{execId}.json");

    /// <summary>Where one exec's terminal is sent to, there while it is being started.</summary>
    public string ConsolePath(string execId) => Path.Combine(Directory, $"tty-{execId}");
}
