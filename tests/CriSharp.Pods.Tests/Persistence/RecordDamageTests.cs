using System.Text.Json.Nodes;
using CriSharp.Linux.Cgroups;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.TestSupport.Records;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Tests.Persistence;

/// <summary>Whatever becomes of a record on disk: it is never believed, and never keeps the others from loading.</summary>
public sealed class RecordDamageTests : IDisposable
{
    private const string RecordFile = "record.json";
    private const string StatusFile = "status.json";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-damage-");
    private readonly PodSandboxStore _sandboxes;
    private readonly ContainerStore _containers;
    private readonly string _sandboxFolder;
    private readonly string _containerFolder;

    public RecordDamageTests()
    {
        var folders = new InstanceFolders(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));
        Directory.CreateDirectory(folders.SandboxRecords);
        Directory.CreateDirectory(folders.ContainerRecords);
        (_sandboxes, _containers) = (new PodSandboxStore(folders), new ContainerStore(folders));

        var sandbox = Samples.Sandbox();
        _sandboxes.Begin(sandbox);
        _sandboxes.Publish(sandbox, new SandboxState.Ready(["10.1.2.3"], Samples.Processes));
        var container = Samples.Container(sandbox.Id);
        _containers.Begin(container);
        _containers.Publish(container, new ContainerState.Running(Samples.Processes, DateTimeOffset.UnixEpoch));
        _sandboxFolder = Path.Combine(folders.SandboxRecords, sandbox.Id.ToString());
        _containerFolder = Path.Combine(folders.ContainerRecords, container.Id.ToString());
    }

    private Found Sandbox => Assert.Single(_sandboxes.Load().Select(found => new Found(found.Record is not null, found.Status is not null, found.Failure, found.StatusFailure)));

    private Found Container => Assert.Single(_containers.Load().Select(found => new Found(found.Record is not null, found.Status is not null, found.Failure, found.StatusFailure)));

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Load_WhenASandboxRecordIsDamaged_NeverBelievesIt() => EachDamage(_sandboxFolder, RecordFile, () => Sandbox);

    [Fact]
    public void Load_WhenAContainerRecordIsDamaged_NeverBelievesIt() => EachDamage(_containerFolder, RecordFile, () => Container);

    [Fact]
    public void Load_WhenASandboxStatusIsDamaged_StillGivesTheRecord() => EachDamage(_sandboxFolder, StatusFile, () => Sandbox);

    [Fact]
    public void Load_WhenAContainerStatusIsDamaged_StillGivesTheRecord() => EachDamage(_containerFolder, StatusFile, () => Container);

    [Theory]
    [InlineData(RecordFile)]
    [InlineData(StatusFile)]
    public void Load_WhenAFileIsMissing_SaysSo(string file)
    {
        File.Delete(Path.Combine(_containerFolder, file));

        Assert.Equal(new Found(file != RecordFile, file != StatusFile, null, null), Container);
    }

    [Fact]
    public void Load_WhenWrittenByTheFirstRelease_GivesTheSame()
    {
        foreach (var folder in (string[])[_sandboxFolder, _containerFolder])
        {
            StoredRecord.MakeFirstVersion(Path.Combine(folder, RecordFile));
            StoredRecord.MakeFirstVersion(Path.Combine(folder, StatusFile));
        }

        Assert.Equal(new Found(true, true, null, null), Sandbox);
        Assert.Equal(new Found(true, true, null, null), Container);

        // The next change writes it anew, as this release does.
        var found = _containers.Load().Single();
        var container = _containers.Show(found.Record!.ToRecord(), found.Status!.ToState());
        _containers.Change(container, _ => new ContainerState.Unknown(null, "why"));
        Assert.Contains("\"checksum\": \"crc32c:", File.ReadAllText(Path.Combine(_containerFolder, StatusFile)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WhenWrittenByALaterRelease_NamesBothVersions()
    {
        StoredRecord.Change(Path.Combine(_sandboxFolder, RecordFile), document => document["version"] = 7);
        StoredRecord.Change(Path.Combine(_containerFolder, StatusFile), document => document["version"] = 7);

        Assert.Contains("version 7 and this release reads up to 2", Sandbox.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("version 7 and this release reads up to 2", Container.StatusFailure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", "\"0000000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("id", "\"../../etc\"")]
    [InlineData("id", "null")]
    [InlineData("sandboxId", "\"../../etc\"")]
    [InlineData("logPath", "\"var/log/x\"")]
    [InlineData("logPath", "\"/var/log/pods/../../../etc/passwd\"")]
    [InlineData("logPath", "null")]
    [InlineData("stopSignal", "-1")]
    [InlineData("imageId", "\"\"")]
    [InlineData("config", "\"AAAA\"")]
    [InlineData("config", "\"\"")]
    public void Load_WhenAContainerRecordIsOutOfItsPlace_RefusesIt(string property, string value)
    {
        StoredRecord.Change(Path.Combine(_containerFolder, RecordFile), document => document[property] = JsonNode.Parse(value));

        Assert.NotNull(Container.Failure);
    }

    [Theory]
    [InlineData("id", "\"0000000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("madeCgroups", "[\"etc\"]")]
    [InlineData("madeCgroups", "[\"MOUNT/../../../etc\"]")]
    [InlineData("runtime", "{\"name\":\"runc\",\"path\":\"runc\",\"root\":\"/run/runc\"}")]
    [InlineData("runtime", "{\"name\":\"runc\",\"path\":\"/bin/runc\",\"root\":\"run/runc\"}")]
    [InlineData("madeCgroups", "[null]")]
    [InlineData("madeCgroups", "null")]
    [InlineData("config", "\"\"")]
    public void Load_WhenASandboxRecordIsOutOfItsPlace_RefusesIt(string property, string value)
    {
        var mount = CgroupHierarchies.Detect().All[0].MountPoint;
        StoredRecord.Change(
            Path.Combine(_sandboxFolder, RecordFile),
            document => document[property] = JsonNode.Parse(value.Replace("MOUNT", mount, StringComparison.Ordinal)));

        Assert.NotNull(Sandbox.Failure);
    }

    /// <summary>After a reboot a node may have other hierarchies, with other mount points.</summary>
    [Theory]
    [InlineData("MOUNT/kubepods/pod1")]
    [InlineData("/sys/fs/cgroup-of-before/kubepods/pod1")]
    public void Load_WhenCgroupsWereMade_TakesThem(string made)
    {
        var directory = made.Replace("MOUNT", CgroupHierarchies.Detect().All[0].MountPoint, StringComparison.Ordinal);
        StoredRecord.Change(Path.Combine(_sandboxFolder, RecordFile), document => document["madeCgroups"] = new JsonArray(directory));

        Assert.Null(Sandbox.Failure);
    }

    /// <summary>As clients and administrators may write them.</summary>
    [Fact]
    public void Load_WhenPathsHaveDots_TakesThem()
    {
        StoredRecord.Change(Path.Combine(_containerFolder, RecordFile), document => document["logPath"] = "/var/log/./pods/x/0.log");
        StoredRecord.Change(
            Path.Combine(_sandboxFolder, RecordFile),
            document => document["runtime"] = JsonNode.Parse("{\"name\":\"runc\",\"path\":\"/usr/local/../bin/runc\",\"root\":\"/run/./runc\"}"));

        Assert.Null(Container.Failure);
        Assert.Null(Sandbox.Failure);
    }

    [Fact]
    public void Begin_OfWhatNoStartWouldBelieve_WritesNothing()
    {
        var sandbox = Samples.Sandbox() with { Runtime = new RuntimePlace("runc", "runc", "/run/runc") };
        var container = Samples.Container(sandbox.Id) with { LogPath = "/var/log/../x" };

        Assert.Throws<FormatException>(() => _sandboxes.Begin(sandbox));
        Assert.Throws<FormatException>(() => _containers.Begin(container));

        Assert.Single(_sandboxes.Load());
        Assert.Single(_containers.Load());
    }

    [Theory]
    [InlineData("{\"initPid\":-1,\"initStartTicks\":1,\"monitorPid\":5,\"monitorStartTicks\":1}")]
    [InlineData("{\"initPid\":1,\"initStartTicks\":1,\"monitorPid\":5,\"monitorStartTicks\":1}")]
    [InlineData("null")]
    public void Load_WhenAStatusNamesNoProcess_RefusesIt(string processes)
    {
        StoredRecord.Change(Path.Combine(_containerFolder, StatusFile), document => document["processes"] = JsonNode.Parse(processes));

        Assert.NotNull(Container.StatusFailure);
    }

    [Fact]
    public void Load_WhenAFolderIsNone_RefusesIt()
    {
        File.WriteAllText(Path.Combine(_root.FullName, "root", "containers", "notes"), "");
        Directory.CreateSymbolicLink(Path.Combine(_root.FullName, "root", "containers", new string('a', 64)), _containerFolder);
        Directory.CreateDirectory(Path.Combine(_root.FullName, "root", "containers", "lost+found"));

        Assert.Equal(3, _containers.Load().Count(found => found.Failure is not null));
        Assert.Single(_containers.Load(), found => found.Failure is null);
    }

    private static void EachDamage(string folder, string file, Func<Found> load)
    {
        var path = Path.Combine(folder, file);
        var whole = File.ReadAllBytes(path);
        foreach (var (what, content) in Damage.Of(whole))
        {
            File.WriteAllBytes(path, content);
            AssertRefused(load(), file, what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            Damage.Clear(path);
            put(path);
            AssertRefused(load(), file, what);
        }

        Damage.Clear(path);
        File.WriteAllBytes(path, whole);
        Assert.Equal(new Found(true, true, null, null), load());
    }

    private static void AssertRefused(Found found, string file, string what)
    {
        var isRecord = file == RecordFile;
        Assert.True((isRecord ? found.Failure : found.StatusFailure) is FormatException, what);
        Assert.True((found.HasRecord, found.HasStatus) == (!isRecord, isRecord), what);
    }

    private sealed record Found(bool HasRecord, bool HasStatus, Exception? Failure, Exception? StatusFailure);
}
