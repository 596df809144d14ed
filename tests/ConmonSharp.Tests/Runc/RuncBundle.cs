using System.Text.Json.Nodes;
using ConmonSharp.Tests.Rig;

namespace ConmonSharp.Tests.Runc;

/// <summary>A bundle made by hand around Debian's busybox-static.</summary>
internal static class RuncBundle
{
    private const string Busybox = "/bin/busybox";

    public static string Runtime => Present("/usr/sbin/runc", "runc");

    public static void Write(MonitorRig rig, string[] command, long memoryLimitBytes = 0, bool terminal = false)
    {
        var bin = Directory.CreateDirectory(Path.Combine(rig.Bundle, "rootfs", "bin"));
        foreach (var folder in (string[])["proc", "dev", "tmp", "sys"])
        {
            Directory.CreateDirectory(Path.Combine(rig.Bundle, "rootfs", folder));
        }

        File.Copy(Present(Busybox, "busybox-static"), Path.Combine(bin.FullName, "busybox"));
        foreach (var applet in (string[])["sh", "cat", "dd", "sleep", "true", "tail", "setsid", "tty"])
        {
            File.CreateSymbolicLink(Path.Combine(bin.FullName, applet), "busybox");
        }

        var config = new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["process"] = Process(command, terminal),
            ["root"] = new JsonObject { ["path"] = "rootfs" },
            ["mounts"] = new JsonArray(
                Mount("/proc", "proc"),
                Mount("/dev", "tmpfs", "nosuid", "mode=755"),
                Mount("/dev/pts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620")),
            ["linux"] = new JsonObject
            {
                ["cgroupsPath"] = $"/{rig.Arguments.Id}",
                ["namespaces"] = new JsonArray([.. Array.ConvertAll<string, JsonNode>(["pid", "mount", "ipc", "uts"], type => new JsonObject { ["type"] = type })]),
                ["resources"] = memoryLimitBytes == 0
                    ? new JsonObject()
                    : new JsonObject { ["memory"] = new JsonObject { ["limit"] = memoryLimitBytes, ["swap"] = memoryLimitBytes } },
            },
        };
        File.WriteAllText(Path.Combine(rig.Bundle, "config.json"), config.ToJsonString());
    }

    public static string WriteProcess(MonitorRig rig, string name, params string[] command)
    {
        var path = Path.Combine(rig.Folder, name);
        File.WriteAllText(path, Process(command, terminal: false).ToJsonString());
        return path;
    }

    private static JsonObject Process(string[] command, bool terminal) => new()
    {
        ["terminal"] = terminal,
        ["cwd"] = "/",
        ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
        ["env"] = new JsonArray("PATH=/bin"),
        ["args"] = new JsonArray([.. Array.ConvertAll<string, JsonNode>(command, word => word)]),
        ["noNewPrivileges"] = true,
    };

    private static JsonObject Mount(string destination, string type, params string[] options) => new()
    {
        ["destination"] = destination,
        ["type"] = type,
        ["source"] = type,
        ["options"] = new JsonArray([.. Array.ConvertAll<string, JsonNode>(options, option => option)]),
    };

    private static string Present(string path, string package) =>
        File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: apt-get install {package}");
}
