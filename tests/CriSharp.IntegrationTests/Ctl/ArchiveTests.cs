using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>Archives that skopeo made or reads, through the published crisharpctl into the daemon and out of it; no registry is asked.</summary>
public sealed class ArchiveTests(SharedInstance shared) : PodTest(shared), IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("archives-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("oci-archive", "localhost/loaded:1", "localhost/loaded:1")]
    [InlineData("docker-archive", "loaded:1", "docker.io/library/loaded:1")]
    public async Task Load_OfAnArchiveOfSkopeos_RunsAndIsGoneWhenRemoved(string transport, string reference, string name)
    {
        var image = new TestImage { RunConfig = (await BusyboxImage.BuildAsync()).RunConfig }.Add((await BusyboxImage.BuildAsync()).Layers[0])
            .Add(TestLayer.OfFiles(gzip: true, ("greeting", "hello from the archive\n"), ("gone", "1"))).Add(TestLayer.OfFiles(gzip: true, (".wh.gone", "")));
        var archive = await ArchiveAsync(image, transport, reference);

        var load = await CtlAsync("load", archive);

        Assert.Equal((0, ""), (load.Exit.ShellCode, load.StandardErrorText));
        var id = load.StandardOutputText.Split(' ')[0];
        Assert.Equal($"{id} {name}\n", load.StandardOutputText);
        Assert.Contains("is whole: 2 documents", (await CtlAsync("image", "verify", name)).StandardOutputText, StringComparison.Ordinal);
        var pod = await RunPodAsync();
        var run = await pod.RunToEndAsync(PodConfigs.Container(id, "sh", "-c", "cat /greeting; ls /gone"));
        Assert.StartsWith("hello from the archive\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("No such file", run.Output, StringComparison.Ordinal);
        await pod.EndAsync();
        await Client.RemoveImageAsync(name);
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("oci", "oci-archive", ":localhost/saved:1")]
    [InlineData("docker", "docker-archive", ":localhost/saved:1")]
    public async Task Save_WhenLoadedAgain_RunsAndIsReadBySkopeo(string format, string transport, string reference)
    {
        var busybox = await BusyboxImage.BuildAsync();
        var image = new TestImage { RunConfig = busybox.RunConfig }.Add(busybox.Layers[0])
            .Add(TestLayer.OfFiles(gzip: true, ("greeting", "hello again\n"), ("gone", "1"))).Add(TestLayer.OfFiles(gzip: true, (".wh.gone", "")));
        await CtlAsync("load", await ArchiveAsync(image, "oci-archive", "localhost/saved:1"));
        var archive = Path.Combine(_folder, "saved.tar");

        var save = await CtlAsync("save", "-o", archive, "--format", format, "localhost/saved:1");

        Assert.Equal((0, ""), (save.Exit.ShellCode, save.StandardErrorText));
        Assert.StartsWith($"{image.Id} -> sha256:", save.StandardOutputText, StringComparison.Ordinal);
        await Client.RemoveImageAsync(image.Id);
        await SkopeoAsync($"{transport}:{archive}{reference}", $"dir:{Path.Combine(_folder, "read")}");
        var load = await ShellAsync($"'{PublishedPrograms.Ctl}' load - < '{archive}'");
        var id = load.StandardOutputText.Split(' ')[0];
        Assert.Equal($"{id} localhost/saved:1\n", load.StandardOutputText);
        Assert.Contains(id, save.StandardOutputText, StringComparison.Ordinal);
        var again = await ShellAsync($"'{PublishedPrograms.Ctl}' save --format {format} {id} | cmp - '{archive}'");
        Assert.Equal((0, $"{id} localhost/saved:1\n"), (again.Exit.ShellCode, again.StandardErrorText));
        var pod = await RunPodAsync();
        var run = await pod.RunToEndAsync(PodConfigs.Container(id, "sh", "-c", "cat /greeting; ls /gone"));
        Assert.StartsWith("hello again\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("No such file", run.Output, StringComparison.Ordinal);
        await pod.EndAsync();
        await Client.RemoveImageAsync(id);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Load_FromStandardInput_GetsNamesThatCanBeMovedAndTakenAway()
    {
        var image = new TestImage().Add(TestLayer.OfFiles(gzip: true, ("file", "text")));
        var archive = await ArchiveAsync(image, "oci-archive", "localhost/stdin:1");

        var load = await ShellAsync($"gzip -c '{archive}' | '{PublishedPrograms.Ctl}' load --tag localhost/other:2 -");
        Assert.Equal($"{image.Id} localhost/other:2\n", load.StandardOutputText);
        Assert.Contains("localhost/third:3", (await CtlAsync("tag", image.Id[7..20], "localhost/third:3")).StandardOutputText, StringComparison.Ordinal);
        Assert.Equal($"{image.Id}\n", (await CtlAsync("untag", "localhost/other:2")).StandardOutputText);

        Assert.Null(await Client.ImageAsync("localhost/other:2"));
        Assert.Equal(image.Id, (await Client.ImageAsync("localhost/third:3"))?.Id);
        var dry = await CtlAsync("gc", "--dry-run");
        Assert.Contains("localhost/third:3", dry.StandardOutputText, StringComparison.Ordinal);
        await Client.RemoveImageAsync(image.Id);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Load_OfATruncatedArchive_IsOneLineAndLeavesNothing()
    {
        var archive = await ArchiveAsync(new TestImage().Add(TestLayer.OfRandomBytes("file", 3_000_000, seed: 3)), "oci-archive", "localhost/cut:1");
        await using (var file = File.OpenWrite(archive))
        {
            file.SetLength(1_000_000);
        }

        var load = await CtlAsync("load", archive);

        Assert.Equal(1, load.Exit.ShellCode);
        Assert.Contains("truncated", load.StandardErrorText, StringComparison.Ordinal);
        Assert.Single(load.StandardErrorText.TrimEnd().Split('\n'));
        await AssertNothingIsLeftAsync();
    }

    private async Task<string> ArchiveAsync(TestImage image, string transport, string reference)
    {
        var layout = Path.Combine(_folder, "layout");
        image.WriteLayout(layout);
        var archive = Path.Combine(_folder, "archive.tar");
        await SkopeoAsync($"oci:{layout}:latest", $"{transport}:{archive}:{reference}");
        return archive;
    }

    private async Task SkopeoAsync(string from, string to)
    {
        var copy = await ProgramRun.RunAsync(
            new ProgramCommand { Path = "/usr/bin/skopeo", Arguments = ["--tmpdir", _folder, "--insecure-policy", "copy", from, to], Environment = ["PATH=/usr/bin:/bin", $"HOME={_folder}"], TimeLimit = TimeSpan.FromSeconds(60) },
            CancellationToken.None);
        Assert.True(copy.Exit.ShellCode == 0, copy.StandardErrorText);
    }

    private Task<ProgramOutput> CtlAsync(params string[] arguments) => RunAsync(PublishedPrograms.Ctl, arguments);

    private Task<ProgramOutput> ShellAsync(string script) => RunAsync("/bin/sh", "-c", script);

    private Task<ProgramOutput> RunAsync(string path, params string[] arguments) => ProgramRun.RunAsync(
        new ProgramCommand { Path = path, Arguments = arguments, Environment = [$"CONTAINER_RUNTIME_ENDPOINT=unix://{Daemon.Socket}", "PATH=/usr/bin:/bin"], TimeLimit = TimeSpan.FromSeconds(60) },
        CancellationToken.None);
}
