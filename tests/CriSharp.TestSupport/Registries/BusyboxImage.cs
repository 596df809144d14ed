using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Registries;

/// <summary>A small image that runs: Debian's busybox-static with its applets, users root and www-data, and two layers.</summary>
public static class BusyboxImage
{
    private const string Busybox = "/bin/busybox";
    private const int Executable = 493; // 0755
    private const int Readable = 420; // 0644
    private const int Sticky = 1023; // 01777

    public static async Task<TestImage> BuildAsync(JsonObject? runConfig = null, bool gzip = true, bool docker = false)
    {
        if (!File.Exists(Busybox))
        {
            throw new InvalidOperationException($"{Busybox} is absent: apt-get install busybox-static");
        }

        var applets = await ProgramRun.RunAsync(
            new ProgramCommand { Path = Busybox, Arguments = ["--list"], TimeLimit = TimeSpan.FromSeconds(10) }, CancellationToken.None);
        var programs = TestLayer.Write(gzip, tar =>
        {
            tar.WriteEntry(TestLayer.FolderEntry("bin/", Executable));
            tar.WriteEntry(TestLayer.FileEntry("bin/busybox", File.ReadAllBytes(Busybox), Executable));
            foreach (var applet in applets.StandardOutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(applet => applet != "busybox"))
            {
                tar.WriteEntry(TestLayer.LinkEntry($"bin/{applet}", "busybox"));
            }
        });
        var files = TestLayer.Write(gzip, tar =>
        {
            foreach (var folder in (string[])["dev/", "etc/", "home/", "proc/", "root/", "sys/", "usr/", "var/", "var/www/"])
            {
                tar.WriteEntry(TestLayer.FolderEntry(folder, Executable));
            }

            tar.WriteEntry(TestLayer.FolderEntry("tmp/", Sticky));
            tar.WriteEntry(TestLayer.FileEntry("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/sh\n"u8.ToArray(), Readable));
            tar.WriteEntry(TestLayer.FileEntry("etc/group", "root:x:0:\nwww-data:x:33:\nstaff:x:50:www-data\n"u8.ToArray(), Readable));
            tar.WriteEntry(TestLayer.FileEntry("etc/hostname", Encoding.UTF8.GetBytes("image\n"), Readable));
        });
        return new TestImage { RunConfig = runConfig ?? DefaultConfig(), IsDocker = docker }.Add(programs).Add(files);
    }

    private static JsonObject DefaultConfig() => new()
    {
        ["Env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ["Cmd"] = new JsonArray("sh"),
        ["WorkingDir"] = "/",
    };
}
