using System.Text.Json.Nodes;
using CriSharp.Linux.Cgroups;

namespace CriSharp.Benchmarks.Peers;

/// <summary>Bundles of busybox for the bare runc, in a folder of its own; containers that were not deleted are when it is disposed.</summary>
internal sealed class BareBundles : IAsyncDisposable
{
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(10);

    private readonly string _rootFs;
    private JsonNode _specification;
    private readonly CgroupPath _cgroup = CgroupPath.Parse($"/bench-{Guid.NewGuid():N}");
    private readonly List<string> _containers = [];

    private BareBundles(string folder, JsonNode specification)
    {
        (Folder, _specification) = (folder, specification);
        _rootFs = Path.Combine(folder, "rootfs");
    }

    public string Folder { get; }

    /// <summary>runc's state folder.</summary>
    public string State => Path.Combine(Folder, "state");

    public static async Task<BareBundles> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bench").FullName;
        await Programs.RunAsync(Programs.Runc, ["spec", "--bundle", folder]);
        var specification = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "config.json")))!;
        var bundles = new BareBundles(folder, specification);
        var programs = Directory.CreateDirectory(Path.Combine(bundles._rootFs, "bin")).FullName;
        File.Copy("/bin/busybox", Path.Combine(programs, "busybox"));
        foreach (var applet in (string[])["sh", "sleep", "true", "yes", "head", "echo"])
        {
            File.CreateSymbolicLink(Path.Combine(programs, applet), "busybox");
        }

        return bundles;
    }

    /// <summary>From here on bundles are like the one that this monitor holds, so that runc has the same to do: mounts, seccomp, limits.</summary>
    /// <returns>False when the process does not name a bundle on its command line: then they stay as "runc spec" makes them.</returns>
    public bool TryImitate(int monitor)
    {
        var words = File.ReadAllText($"/proc/{monitor}/cmdline").Split('\0');
        var at = Array.FindIndex(words, word => word is "--bundle" or "-b" or "-bundle");
        if (at < 0 || !File.Exists(Path.Combine(words[at + 1], "config.json")))
        {
            return false;
        }

        _specification = JsonNode.Parse(File.ReadAllText(Path.Combine(words[at + 1], "config.json")))!;
        return true;
    }

    /// <summary>A bundle whose process is this command; without a network namespace of somebody else's it gets a new, empty one.</summary>
    /// <returns>The container's id, which is also the name of its folder.</returns>
    public async Task<string> MakeAsync(string? networkNamespace, params string[] command)
    {
        var id = $"bench-{Guid.NewGuid():N}";
        var specification = _specification.DeepClone();
        specification["process"]!["terminal"] = false;
        specification["process"]!["args"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]);
        specification["root"] = new JsonObject { ["path"] = _rootFs, ["readonly"] = false };
        specification["linux"]!["cgroupsPath"] = _cgroup.Append(id).ToString();
        var network = specification["linux"]!["namespaces"]!.AsArray().First(one => (string)one!["type"]! == "network")!.AsObject();
        network.Remove("path");
        if (networkNamespace is not null)
        {
            network["path"] = networkNamespace;
        }

        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(BundleOf(id)).FullName, "config.json"), specification.ToJsonString());
        _containers.Add(id);
        return id;
    }

    public string BundleOf(string id) => Path.Combine(Folder, id);

    /// <summary>runc create, standing on its own. The container has no output: a pipe of ours would wait for its end.</summary>
    public Task CreateAsync(string id) => Programs.RunSilentAsync(
        Programs.Runc, "--root", State, "create", "--bundle", BundleOf(id), "--pid-file", Path.Combine(BundleOf(id), "pid"), id);

    public async Task StartAsync(string id)
    {
        await CreateAsync(id);
        await RuncAsync("start", id);
    }

    public int PidOf(string id) => int.Parse(File.ReadAllText(Path.Combine(BundleOf(id), "pid")), System.Globalization.CultureInfo.InvariantCulture);

    public Task RuncAsync(params string[] arguments) => Programs.RunAsync(Programs.Runc, ["--root", State, .. arguments]);

    public async Task DeleteAsync(string id)
    {
        await RuncAsync("delete", "--force", id);
        _containers.Remove(id);
        Directory.Delete(BundleOf(id), recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _containers.ToList())
        {
            await RuncAsync("delete", "--force", id);
        }

        await CgroupHierarchies.Detect().RemoveAsync(_cgroup, CleanupLimit, CancellationToken.None);
        Directory.Delete(Folder, recursive: true);
    }
}
