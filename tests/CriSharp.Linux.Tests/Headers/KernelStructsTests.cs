using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Headers;

/// <summary>Every struct that CriSharp.Linux gives to the kernel has the size and the offsets that the C compiler gives it.</summary>
public sealed class KernelStructsTests
{
    private static readonly KernelStruct[] Known =
    [
        new(typeof(OpenHow), "struct open_how", "flags", "mode", "resolve"),
        new(typeof(StatxTimestamp), "struct statx_timestamp", "tv_sec", "tv_nsec", "__reserved"),
        new(typeof(Statx), "struct statx", "stx_mask", "stx_blksize", "stx_attributes", "stx_nlink", "stx_uid", "stx_gid", "stx_mode", "__spare0", "stx_ino", "stx_size",
            "stx_blocks", "stx_attributes_mask", "stx_atime", "stx_btime", "stx_ctime", "stx_mtime", "stx_rdev_major", "stx_rdev_minor", "stx_dev_major", "stx_dev_minor"),
        new(typeof(Timespec), "struct timespec", "tv_sec", "tv_nsec"),
        new(typeof(Statfs), "struct statfs", "f_type", "f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree"),
        new(typeof(MountAttributes), "struct mount_attr", "attr_set", "attr_clr", "propagation", "userns_fd"),
        new(typeof(InterfaceRequest), "struct ifreq", "ifr_name", "ifr_flags", null),
        new(typeof(NetlinkHeader), "struct nlmsghdr", "nlmsg_len", "nlmsg_type", "nlmsg_flags", "nlmsg_seq", "nlmsg_pid"),
        new(typeof(LinkMessage), "struct ifinfomsg", "ifi_family", "__ifi_pad", "ifi_type", "ifi_index", "ifi_flags", "ifi_change"),
        new(typeof(PollEntry), "struct pollfd", "fd", "events", "revents"),
        new(typeof(UnixAddress), "struct sockaddr_un", "sun_family", "sun_path"),
        new(typeof(IoVector), "struct iovec", "iov_base", "iov_len"),
        new(typeof(MessageHeader), "struct msghdr", "msg_name", "msg_namelen", "msg_iov", "msg_iovlen", "msg_control", "msg_controllen", "msg_flags"),
        new(typeof(ControlHeader), "struct cmsghdr", "cmsg_len", "cmsg_level", "cmsg_type"),
        new(typeof(UserCredentials), "struct ucred", "pid", "uid", "gid"),
        new(typeof(WindowSizeCells), "struct winsize", "ws_row", "ws_col", "ws_xpixel", "ws_ypixel"),
    ];

    [Fact]
    public async Task Structs_WhenComparedWithTheHeaders_AreLaidOutTheSame()
    {
        var checks = Known.SelectMany(known => known.Checks()).ToArray();
        var program = checks.Aggregate(new CProgram(), (program, check) => program.Add(check.Expression));

        var values = await program.RunAsync();

        Assert.Equal("", string.Join("; ", checks.Where(check => values[check.Expression] != check.Ours).Select(check => $"{check.Name} is {check.Ours}, in C {check.Expression} is {values[check.Expression]}")));
    }

    [Fact]
    public async Task EpollEvent_WhenPackedByTheKernel_IsReadThatWay()
    {
        var values = await new CProgram().Add("sizeof(struct epoll_event)").Add("offsetof(struct epoll_event, data)").RunAsync();

        Assert.Equal(values.Values, [StaticOf("EventBytes"), StaticOf("DataOffset")]);
    }

    [Fact]
    public void Structs_WhenANewOneIsDeclared_ItMustBeListedHere()
    {
        var declared = typeof(LinuxException).Assembly.GetTypes().Where(type =>
            type is { IsValueType: true, IsEnum: false, IsByRefLike: false, IsNested: false, IsPublic: false }
            && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null
            && !type.Name.StartsWith('<')
            && type.Namespace!.StartsWith("CriSharp", StringComparison.Ordinal));

        Assert.Empty(declared.Except(Known.Select(known => known.Type)));
    }

    private static long StaticOf(string field) =>
        (int)typeof(CriSharp.Linux.Polling.ReadinessLoop).GetField(field, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;

    /// <param name="Fields">In the order of our declaration; null: a filler that C has no name for.</param>
    private sealed record KernelStruct(Type Type, string CName, params string?[] Fields)
    {
        public IEnumerable<(string Name, string Expression, long Ours)> Checks()
        {
            yield return (Type.Name, $"sizeof({CName})", Marshal.SizeOf(Type));
            var ours = Type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);
            Assert.Equal(Fields.Length, ours.Length);
            foreach (var (field, name) in ours.Zip(Fields).Where(pair => pair.Second is not null))
            {
                yield return ($"{Type.Name}.{field.Name}", $"offsetof({CName}, {name})", (long)Marshal.OffsetOf(Type, field.Name));
            }
        }
    }
}
