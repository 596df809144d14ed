using CriSharp.Cri.V1;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Tests.Persistence;

public sealed class StoreTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-stores-");
    private readonly InstanceFolders _folders;

    public StoreTests()
    {
        _folders = new InstanceFolders(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));
        Directory.CreateDirectory(_folders.SandboxRecords);
        Directory.CreateDirectory(_folders.ContainerRecords);
    }

    [Fact]
    public void Publish_WhenReadByAnotherStore_GivesTheSameSandbox()
    {
        var record = Samples.Sandbox();
        var store = new PodSandboxStore(_folders);
        store.Begin(record);
        var processes = new ContainerProcesses(new ProcessIdentity(12, 345), new ProcessIdentity(11, 344));
        store.Publish(record, new SandboxState.Ready(["10.1.2.3"], processes));

        var found = Assert.Single(new PodSandboxStore(_folders).Load());
        var ready = Assert.IsType<SandboxState.Ready>(found.Status!.ToState());
        Assert.Equal(processes, ready.Infra);
        Assert.Equal("10.1.2.3", Assert.Single(ready.Ips));

        // The client's message comes back byte for byte, unknown fields and all.
        Assert.Equal(record.Config.ToByteArray(), found.Record!.ToRecord().Config.ToByteArray());
        Assert.Equal(record.CreatedAt, found.Record.ToRecord().CreatedAt);
    }

    [Theory]
    [InlineData(Errno.EMFILE, true)]
    [InlineData(Errno.EIO, false)]
    public void Load_WhenTheMachineIsShortOfSomething_BlamesNoRecord(int number, bool isShortage)
    {
        new ContainerStore(_folders).Begin(Samples.Container(Samples.Sandbox().Id));
        var disk = new RecordFolder<ContainerRecordDocument, ContainerStatusDocument>(
            _folders.ContainerRecords,
            PodsJson.Default.ContainerRecordDocument,
            PodsJson.Default.ContainerStatusDocument,
            (_, _) => throw new LinuxException("openat", "record.json", number),
            _ => { },
            DiskReserve.None);

        if (isShortage)
        {
            Assert.Throws<LinuxException>(() => disk.Load().ToList());
            return;
        }

        Assert.NotNull(Assert.Single(disk.Load()).Failure);
    }

    [Fact]
    public void Load_WhenARecordIsBroken_StillGivesTheOthers()
    {
        var store = new PodSandboxStore(_folders);
        var whole = Samples.Sandbox();
        store.Begin(whole);
        var broken = Samples.Sandbox();
        store.Begin(broken);
        File.WriteAllText(Path.Combine(_folders.SandboxRecords, broken.Id.ToString(), "record.json"), "{ \"version\": ");

        var found = store.Load().ToDictionary(entry => entry.Id);
        Assert.NotNull(found[whole.Id.ToString()].Record);
        Assert.NotNull(found[broken.Id.ToString()].Failure);
    }

    [Fact]
    public void Forget_WhenDone_FreesTheName()
    {
        var store = new PodSandboxStore(_folders);
        var record = Samples.Sandbox();
        Assert.Null(store.TryReserve(record.Key, record.Id));
        store.Begin(record);
        store.Publish(record, new SandboxState.Ready([], null));
        Assert.Equal(record.Id.ToString(), store.TryReserve(record.Key, PodSandboxId.New()));

        store.Forget(record);
        Assert.Null(store.TryReserve(record.Key, PodSandboxId.New()));
        Assert.Empty(store.Load());
    }

    [Fact]
    public void Forget_WhenTheDiskIsReadOnly_LeavesItForTheNextTry()
    {
        var store = new ContainerStore(_folders);
        var record = Samples.Container(PodSandboxId.New());
        store.TryReserve(record.Key, record.Id);
        store.Begin(record);
        var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
        Mounting.Bind(_root.FullName, _root.FullName, readOnly: true);
        try
        {
            Assert.Throws<LinuxException>(() => store.Forget(record));
        }
        finally
        {
            Mounting.Unmount(_root.FullName, lazy: true);
        }

        Assert.Same(container, store.Get(record.Id.ToString()));
        Assert.Same(container, Assert.Single(store.Of(record.SandboxId)));
        Assert.Equal(record.Id.ToString(), store.TryReserve(record.Key, ContainerId.New()));
        store.Forget(record);
        Assert.False(store.TryFind(record.Id.ToString(), out _));
        Assert.Null(store.TryReserve(record.Key, ContainerId.New()));
        Assert.Empty(store.Load());
    }

    [Fact]
    public void Of_OfASandbox_HoldsItsContainersUntilTheyAreForgotten()
    {
        var store = new ContainerStore(_folders);
        var (sandbox, other) = (PodSandboxId.New(), PodSandboxId.New());
        var records = new[] { Samples.Container(sandbox), Samples.Container(other), Samples.Container(sandbox) };
        foreach (var record in records)
        {
            store.Begin(record);
            store.Publish(record, new ContainerState.Created(Samples.Processes));
        }

        Assert.Equal([records[0].Id, records[2].Id], store.Of(sandbox).Select(container => container.Id));
        store.Forget(records[0]);
        Assert.Equal([records[2].Id], store.Of(sandbox).Select(container => container.Id));
        store.Forget(records[2]);
        Assert.Empty(store.Of(sandbox));
        Assert.Equal([records[1].Id], store.Of(other).Select(container => container.Id));
        Assert.Equal([records[1].Id], new ListContainers(store).Run(null).Select(container => container.Id));
    }

    [Fact]
    public void List_WhenAStateHasChanged_TellsTheNewOne()
    {
        var (store, sandboxes) = (new ContainerStore(_folders), new PodSandboxStore(_folders));
        var record = Samples.Container(PodSandboxId.New());
        store.Begin(record);
        var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
        var created = DescribeContainer.ForList(container);
        Assert.Same(created, DescribeContainer.ForList(container));
        store.Observe(container, _ => new ContainerState.Running(Samples.Processes, DateTimeOffset.UnixEpoch));
        Assert.Equal(Cri.V1.ContainerState.ContainerRunning, OnTheWire(DescribeContainer.ForList(container)).State);
        Assert.Equal((Cri.V1.ContainerState.ContainerCreated, record.Config.Metadata), (OnTheWire(created).State, OnTheWire(created).Metadata));

        var sandbox = sandboxes.Show(Samples.Sandbox(), new SandboxState.Ready([], null));
        Assert.Equal(Cri.V1.PodSandboxState.SandboxReady, OnTheWire(DescribePodSandbox.ForList(sandbox)).State);
        Assert.Equal(sandbox.Record.Config.Labels, OnTheWire(DescribePodSandbox.ForList(sandbox)).Labels);
        sandbox.Become(new SandboxState.Stopped(DateTimeOffset.UnixEpoch, [], NetworkReleased: false));
        Assert.Equal(Cri.V1.PodSandboxState.SandboxNotready, OnTheWire(DescribePodSandbox.ForList(sandbox)).State);
    }

    private static T OnTheWire<T>(T message)
        where T : IMessage<T>, new()
    {
        var read = new T();
        read.MergeFrom(message.ToByteArray());
        return read;
    }

    [Fact]
    public void Change_WhenAnotherWasFirst_DoesNothing()
    {
        var store = new ContainerStore(_folders);
        var record = Samples.Container(PodSandboxId.New());
        store.Begin(record);
        var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
        var end = new ContainerEnd(0, ContainerEnd.Completed, "", DateTimeOffset.UnixEpoch);
        Assert.True(store.Observe(container, _ => new ContainerState.Exited(null, end)));

        Assert.False(store.Change(container, state => state is ContainerState.Created created ? created.Start(DateTimeOffset.UnixEpoch) : null));
        Assert.True(container.Ended.IsCompleted);
    }

    [Fact]
    public void ChangeAnyway_WhenTheDiskIsReadOnly_IsVisibleAndTellsWhyItIsNotWritten()
    {
        var store = new ContainerStore(_folders);
        var record = Samples.Container(PodSandboxId.New());
        store.Begin(record);
        var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
        var end = new ContainerEnd(3, ContainerEnd.Error, "", DateTimeOffset.UnixEpoch);
        IOException? unwritten = null;
        Mounting.Bind(_root.FullName, _root.FullName, readOnly: true);
        try
        {
            Assert.Throws<LinuxException>(() => store.Change(container, _ => new ContainerState.Exited(null, end)));
            Assert.IsType<ContainerState.Created>(container.State);
            Assert.True(store.ChangeAnyway(container, _ => new ContainerState.Exited(null, end), failure => unwritten = failure));
        }
        finally
        {
            Mounting.Unmount(_root.FullName, lazy: true);
        }

        Assert.IsType<ContainerState.Exited>(container.State);
        Assert.True(DiskFailure.IsReadOnly(Assert.IsType<LinuxException>(unwritten)));
        Assert.IsType<ContainerState.Created>(Assert.Single(store.Load()).Status!.ToState());
    }

    [Fact]
    public void Change_WhenTheDiskIsFull_TakesFromTheReserveAndANewRecordDoesNot()
    {
        Mounting.Tmpfs(_folders.ContainerRecords, 4 << 20, Permissions.PrivateFolder);
        try
        {
            var reserve = DiskReserve.Open(Path.Combine(_folders.ContainerRecords, "reserve"), 1 << 20, _ => { });
            var store = new ContainerStore(_folders, reserve);
            var record = Samples.Container(PodSandboxId.New());
            store.Begin(record);
            var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
            using (var filler = File.OpenHandle(Path.Combine(_folders.ContainerRecords, "filler"), FileMode.CreateNew, FileAccess.Write))
            {
                FileDescriptor.Allocate(filler, FileSystemSpace.Of(_folders.ContainerRecords).AvailableBytes);
            }

            Assert.True(DiskFailure.IsOutOfSpace(Assert.ThrowsAny<IOException>(() => store.Begin(Samples.Container(PodSandboxId.New())))));
            Assert.True(reserve.IsWhole);
            Assert.True(store.Change(container, state => ((ContainerState.Created)state).Start(DateTimeOffset.UnixEpoch)));
            Assert.False(reserve.IsWhole);
        }
        finally
        {
            Mounting.Unmount(_folders.ContainerRecords, lazy: true);
        }
    }

    [Fact]
    public void Publish_WhenReadByAnotherStore_GivesTheSameContainer()
    {
        var store = new ContainerStore(_folders);
        var record = Samples.Container(PodSandboxId.New());
        store.Begin(record);
        var container = store.Publish(record, new ContainerState.Created(Samples.Processes));
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        store.Change(container, state => ((ContainerState.Created)state).Start(at));

        var found = Assert.Single(new ContainerStore(_folders).Load());
        Assert.Equal(new ContainerState.Running(Samples.Processes, at), found.Status!.ToState());
        var read = found.Record!.ToRecord();
        Assert.Equal(record.User.SupplementalGroups, read.User.SupplementalGroups);
        Assert.Equal(record with { User = read.User, Config = read.Config }, read);
        Assert.Equal(record.Config, read.Config);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
