using System.Net;
using System.Net.Sockets;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Namespaces;

public sealed class NamespacePinsTests : IDisposable
{
    private const NamespaceKinds AllKinds = NamespaceKinds.Network | NamespaceKinds.Ipc | NamespaceKinds.Uts;

    private readonly string _root = Directory.CreateTempSubdirectory("crisharp-pins-").FullName;

    private string Pins => Path.Combine(_root, "ns");

    public void Dispose()
    {
        NamespacePins.Unpin(Pins);
        Directory.Delete(_root);
    }

    [Fact]
    public async Task Create_WhenAllKindsAreAsked_EachIsPinnedAndNewAndTheHostIsUntouched()
    {
        string[] hostFiles = ["/proc/sys/kernel/hostname", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/kernel/shm_rmid_forced"];
        var before = hostFiles.Select(File.ReadAllText).ToArray();

        await NamespacePins.CreateAsync(Pins, new NamespaceRequest
        {
            Kinds = AllKinds,
            HostName = "pod-1",
            Sysctls = [new("net.ipv4.ip_unprivileged_port_start", "0"), new("kernel/shm_rmid_forced", "1")],
        });

        foreach (var kind in (string[])["net", "ipc", "uts"])
        {
            var pin = MountTable.Read().Single(mount => mount.Target == Path.Combine(Pins, kind));
            Assert.Equal("nsfs", pin.Type);
            Assert.NotEqual(new FileInfo($"/proc/self/ns/{kind}").LinkTarget, pin.Root);
        }

        Assert.Equal(before, hostFiles.Select(File.ReadAllText));
        Assert.Equal("0\n1\npod-1\n", await InsideAsync("cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced /proc/sys/kernel/hostname"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Pins));
    }

    [Fact]
    public async Task Create_WhenDoneManyTimes_NoThreadOfThePoolGetsIntoANewNamespace()
    {
        var host = NetworkOfThisThread();
        for (var i = 0; i < 20; i++)
        {
            await NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds });
            NamespacePins.Unpin(Pins);
        }

        ThreadPool.SetMinThreads(32, 32);
        using var together = new Barrier(participantCount: 16);
        var networks = await Task.WhenAll(Enumerable.Range(0, together.ParticipantCount).Select(_ => Task.Run(() =>
        {
            // Each on a thread of its own, also on those that the pool has yet to start.
            together.SignalAndWait();
            return NetworkOfThisThread();
        })));
        Assert.All(networks, network => Assert.Equal(host, network));
    }

    [Fact]
    public async Task RunAsync_WhenInANewNetwork_OnlyItsLoopbackIsThereAndAnswers()
    {
        await NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = NamespaceKinds.Network });
        var network = new NetworkNamespace(NamespacePins.PathOf(Pins, NamespaceKinds.Network));

        using var listener = await network.RunAsync(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen();
            return socket;
        });
        var answered = await network.RunAsync(() =>
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            return client.Connected;
        });

        Assert.True(answered);
        Assert.Equal("lo", await network.RunAsync(() => string.Join(' ', System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Select(nic => nic.Name))));
    }

    [Theory]
    [InlineData("net.ipv4.no_such_thing", "1", Errno.ENOENT)]
    [InlineData("net.ipv4", "1", Errno.EISDIR)]
    [InlineData("net.ipv4.tcp_available_congestion_control", "reno", Errno.EACCES)]
    [InlineData("net.ipv4.ip_forward", "nonsense", Errno.EINVAL)]
    public async Task Create_WhenTheKernelRefusesASysctl_NothingIsLeft(string name, string value, int errorNumber)
    {
        var failure = await Assert.ThrowsAsync<SysctlException>(() =>
            NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds, Sysctls = [new(name, value)] }));

        Assert.Equal((name, value, errorNumber), (failure.Name, failure.Value, failure.ErrorNumber));
        Assert.Contains(name.Replace('.', '/'), failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Pins));
    }

    [Theory]
    [InlineData("net.ipv4.ip_forward", "1\n0")]
    [InlineData("net.ipv4.ip_forward", "1\0")]
    public async Task Create_WhenAValueHasMoreThanOneLine_IsRefused(string name, string value) =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds, Sysctls = [new(name, value)] }));

    [Fact]
    public async Task Create_WhenPinsAreThereAlready_TheyStayAsTheyAre()
    {
        await NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds });
        var before = PinnedRoots();

        var failure = await Assert.ThrowsAsync<LinuxException>(() => NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds }));

        Assert.Equal(Errno.EEXIST, failure.ErrorNumber);
        Assert.Equal(before, PinnedRoots());
    }

    [Fact]
    public async Task Unpin_WhenDoneTwiceOrMountedTwice_LeavesNothing()
    {
        await NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = AllKinds });
        Mounting.Bind(Path.Combine(Pins, "net"), Path.Combine(Pins, "net"));

        NamespacePins.Unpin(Pins);
        NamespacePins.Unpin(Pins);

        Assert.Empty(PinnedRoots());
        Assert.False(Directory.Exists(Pins));
    }

    [Fact]
    public async Task Create_WhenNoUtsNamespaceIsAsked_AHostNameIsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = NamespaceKinds.Network, HostName = "pod-1" }));

    [Fact]
    public async Task RunAsync_WhenTheFileIsNoNamespace_Fails()
    {
        var failure = await Assert.ThrowsAsync<LinuxException>(() => new NetworkNamespace("/etc/hostname").RunAsync(() => 0));

        Assert.Equal(Errno.EINVAL, failure.ErrorNumber);
        Assert.False(new NetworkNamespace("/etc/hostname").Exists);
        Assert.False(new NetworkNamespace("/absent").Exists);
        Assert.True(new NetworkNamespace("/proc/self/ns/net").Exists);
    }

    private static string? NetworkOfThisThread() => new FileInfo("/proc/thread-self/ns/net").LinkTarget;

    private string[] PinnedRoots() =>
        [.. MountTable.Read().Where(mount => mount.Target.StartsWith(Pins, StringComparison.Ordinal)).Select(mount => mount.Root)];

    private async Task<string> InsideAsync(string script)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = "/usr/bin/nsenter",
                Arguments = [$"--net={Pins}/net", $"--ipc={Pins}/ipc", $"--uts={Pins}/uts", "/bin/sh", "-c", script],
                Environment = ["PATH=/usr/bin:/bin"],
                TimeLimit = TimeSpan.FromSeconds(30),
            },
            CancellationToken.None);
        Assert.Equal((0, ""), (output.Exit.ShellCode, output.StandardErrorText));
        return output.StandardOutputText;
    }
}
