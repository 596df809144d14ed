using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;

namespace CriSharp.Linux.Tests.Headers;

/// <summary>
/// Every constant of CriSharp.Linux that has a kernel's name is what the C headers say; a new one is checked without being listed here.
/// What has a name of our own is listed below.
/// </summary>
public sealed partial class KernelConstantsTests
{
    /// <summary>Spelled like the kernel's, but called otherwise in the headers.</summary>
    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["UMOUNT_DETACH"] = "MNT_DETACH",
    };

    /// <summary>Our own names: the constant as "Type.Field", and the C expression that it equals.</summary>
    private static readonly Dictionary<string, string> OwnNames = new()
    {
        ["Libc.SysPidfdOpen"] = "SYS_pidfd_open",
        ["Libc.SysPidfdSendSignal"] = "SYS_pidfd_send_signal",
        ["Libc.SignalSetBytes"] = "sizeof(sigset_t)",
        ["ProcessSpawn.SignalSetBytes"] = "sizeof(sigset_t)",
        ["ChildProcess.SignalInfoBytes"] = "sizeof(siginfo_t)",
        ["ChildProcess.SignalInfoCodeOffset"] = "offsetof(siginfo_t, si_code)",
        ["ChildProcess.SignalInfoPidOffset"] = "offsetof(siginfo_t, si_pid)",
        ["ChildProcess.SignalInfoStatusOffset"] = "offsetof(siginfo_t, si_status)",
        ["SignalDescriptor.SignalInfoBytes"] = "sizeof(struct signalfd_siginfo)",
        ["DescriptorMessage.HeaderBytes"] = "CMSG_LEN(0)",
        ["UnixAddress.PathBytes"] = "sizeof(((struct sockaddr_un *)0)->sun_path)",
        ["UnixSocket.ConnectionAborted"] = "ECONNABORTED",
        ["UnixSocket.MessageTooLong"] = "EMSGSIZE",
        ["InterfaceRequest.NameBytes"] = "IFNAMSIZ",
        ["Permissions.SetUserId"] = "S_ISUID",
        ["Permissions.SetGroupId"] = "S_ISGID",
        ["Permissions.Sticky"] = "S_ISVTX",
    };

    /// <summary>Buffers of ours for types of glibc: at least as long.</summary>
    private static readonly Dictionary<string, string> AtLeast = new()
    {
        ["ProcessSpawn.ActionsBytes"] = "sizeof(posix_spawn_file_actions_t)",
        ["ProcessSpawn.AttributesBytes"] = "sizeof(posix_spawnattr_t)",
        ["FileWatch.EventsBytes"] = "sizeof(struct inotify_event) + 255 + 1",
    };

    private static readonly Dictionary<Enum, string> Members = new()
    {
        [OpenFlags.ReadOnly] = "O_RDONLY",
        [OpenFlags.WriteOnly] = "O_WRONLY",
        [OpenFlags.ReadWrite] = "O_RDWR",
        [OpenFlags.Create] = "O_CREAT",
        [OpenFlags.Exclusive] = "O_EXCL",
        [OpenFlags.NoControllingTerminal] = "O_NOCTTY",
        [OpenFlags.Truncate] = "O_TRUNC",
        [OpenFlags.Append] = "O_APPEND",
        [OpenFlags.NonBlocking] = "O_NONBLOCK",
        [OpenFlags.Directory] = "O_DIRECTORY",
        [OpenFlags.NoFollow] = "O_NOFOLLOW",
        [OpenFlags.CloseOnExec] = "O_CLOEXEC",
        [OpenFlags.PathOnly] = "O_PATH",
        [FileKind.Fifo] = "S_IFIFO >> 12",
        [FileKind.CharacterDevice] = "S_IFCHR >> 12",
        [FileKind.Directory] = "S_IFDIR >> 12",
        [FileKind.BlockDevice] = "S_IFBLK >> 12",
        [FileKind.Regular] = "S_IFREG >> 12",
        [FileKind.SymbolicLink] = "S_IFLNK >> 12",
        [FileKind.Socket] = "S_IFSOCK >> 12",
        [MountFlags.ReadOnly] = "MOUNT_ATTR_RDONLY",
        [MountFlags.NoSetUserId] = "MOUNT_ATTR_NOSUID",
        [MountFlags.NoDevices] = "MOUNT_ATTR_NODEV",
        [MountFlags.NoExecution] = "MOUNT_ATTR_NOEXEC",
        [MountPropagation.Private] = "MS_PRIVATE",
        [MountPropagation.Slave] = "MS_SLAVE",
        [MountPropagation.Shared] = "MS_SHARED",
        [PollEvents.Readable] = "POLLIN",
        [PollEvents.Priority] = "POLLPRI",
        [PollEvents.Writable] = "POLLOUT",
        [PollEvents.Error] = "POLLERR",
        [PollEvents.HangUp] = "POLLHUP",
        [UnixSocketKind.Stream] = "SOCK_STREAM",
        [UnixSocketKind.SequencedPackets] = "SOCK_SEQPACKET",
    };

    /// <summary>Kernel values of another architecture than this machine's.</summary>
    private static readonly string[] OfOtherMachines = ["Arm64Directory", "Arm64NoFollow"];

    [Fact]
    public async Task Constants_WhenComparedWithTheHeaders_AreTheSame()
    {
        var checks = Constants().Where(constant => KernelSpelling().IsMatch(constant.Field.Name))
            .Select(constant => (constant.Name, Expression: $"{OtherNames.GetValueOrDefault(constant.Field.Name, constant.Field.Name)}", constant.Value))
            .Concat(Constants().Where(constant => OwnNames.ContainsKey(constant.Name)).Select(constant => (constant.Name, Expression: OwnNames[constant.Name], constant.Value)))
            .Concat(Members.Select(member => (Name: $"{member.Key.GetType().Name}.{member.Key}", Expression: member.Value, Value: Convert.ToInt64(member.Key, CultureInfo.InvariantCulture))))
            .ToArray();
        Assert.True(checks.Length > 150, $"only {checks.Length} constants were found");

        var values = await Program(checks.Select(check => check.Expression)).RunAsync();

        Assert.Equal("", string.Join("; ", checks.Where(check => values[check.Expression] != check.Value).Select(check => $"{check.Name} is {check.Value}, in C {check.Expression} is {values[check.Expression]}")));
    }

    [Fact]
    public async Task Buffers_WhenComparedWithTheirTypes_AreLongEnough()
    {
        var values = await Program(AtLeast.Values).RunAsync();

        var tooShort = Constants().Where(constant => AtLeast.TryGetValue(constant.Name, out var expression) && constant.Value < values[expression]);

        Assert.Empty(tooShort.Select(constant => constant.Name));
    }

    [Fact]
    public void Tables_WhenAConstantIsRenamed_AreKept()
    {
        var known = Constants().Select(constant => constant.Name).ToHashSet();

        Assert.Subset(known, OwnNames.Keys.Concat(AtLeast.Keys).ToHashSet());
        Assert.All(OfOtherMachines, name => Assert.Contains(known, constant => constant.EndsWith($".{name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Members_WhenAnEnumHasKernelValues_AreAllListed()
    {
        var missing = Members.Keys.Select(member => member.GetType()).Distinct()
            .SelectMany(type => Enum.GetValues(type).Cast<Enum>())
            .Where(member => !Members.ContainsKey(member) && Convert.ToInt64(member, CultureInfo.InvariantCulture) != 0);

        Assert.Empty(missing);
    }

    private static CProgram Program(IEnumerable<string> expressions) => expressions.Aggregate(new CProgram(), (program, expression) => program.Add(expression));

    private static IEnumerable<(string Name, FieldInfo Field, long Value)> Constants() =>
        typeof(LinuxException).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => field is { IsLiteral: true, FieldType.IsEnum: false } && field.FieldType != typeof(string) && field.FieldType != typeof(bool) && field.FieldType != typeof(char))
            .Where(field => !field.DeclaringType!.IsEnum)
            .Select(field => ($"{field.DeclaringType!.Name}.{field.Name}", field, ValueOf(field)))
            // nint and nuint constants are static read-only fields in metadata.
            .Concat(PointerSized());

    private static IEnumerable<(string Name, FieldInfo Field, long Value)> PointerSized() =>
        typeof(LinuxException).Assembly.GetTypes()
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && (field.FieldType == typeof(nint) || field.FieldType == typeof(nuint)) && KernelSpelling().IsMatch(field.Name))
            .Select(field => ($"{field.DeclaringType!.Name}.{field.Name}", field, field.GetValue(null) is nint value ? value : (long)(nuint)field.GetValue(null)!));

    private static long ValueOf(FieldInfo field) => unchecked(field.GetRawConstantValue() switch
    {
        ulong value => (long)value,
        double => 0,
        float => 0,
        null => 0,
        var value => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    });

    [GeneratedRegex("^(SYS_[a-z0-9_]+|[A-Z][A-Z0-9]*_[A-Z0-9_]+|E[A-Z0-9]+|SIG[A-Z0-9]+|[A-Z]{3,}[A-Z0-9]*)$")]
    private static partial Regex KernelSpelling();
}
