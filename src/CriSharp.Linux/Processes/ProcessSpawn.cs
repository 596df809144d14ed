using System.Runtime.InteropServices;

namespace CriSharp.Linux.Processes;

/// <summary>
/// posix_spawn(3): no fork of a multi-threaded .NET process, and a failing exec is an error here rather than a dead child.
/// The caller owns the child and has to reap it: the daemon by <see cref="ChildProcess"/>, the monitor by its own loop.
/// </summary>
public static unsafe class ProcessSpawn
{
    private const int O_RDWR = 2;

    // glibc's sizes on 64 bit are 336, 80 and 128 bytes; musl's are smaller.
    internal const int AttributesBytes = 512;
    internal const int ActionsBytes = 256;
    internal const int SignalSetBytes = 128;

    /// <returns>The pid; it stays valid until the caller reaps it.</returns>
    /// <exception cref="LinuxException">The program can't be executed (ENOENT, EACCES, E2BIG ...) or no process can be made (EAGAIN, ENOMEM).</exception>
    /// <exception cref="ArgumentException">The path is not absolute, or a string holds a NUL.</exception>
    public static int Spawn(ProgramStart start)
    {
        if (!Path.IsPathRooted(start.Path))
        {
            throw new ArgumentException($"the program to run needs an absolute path, not '{start.Path}'");
        }

        using var path = new NativeStrings([start.Path], "a path");
        using var argv = new NativeStrings(start.Arguments, "an argument");
        using var envp = new NativeStrings(start.Environment, "an environment variable");
        using var sources = new DescriptorSources(start.Descriptors);
        var attributes = stackalloc byte[AttributesBytes];
        var actions = stackalloc byte[ActionsBytes];
        Check(Libc.PosixSpawnAttributesInit(attributes), "posix_spawnattr_init", start.Path);
        try
        {
            Check(Libc.PosixSpawnActionsInit(actions), "posix_spawn_file_actions_init", start.Path);
            try
            {
                SetSignals(attributes, start);
                SetDescriptors(actions, sources, start);
                Check(Libc.PosixSpawn(out var pid, path.First, actions, attributes, argv.Pointer, envp.Pointer), "posix_spawn", start.Path);
                return pid;
            }
            finally
            {
                _ = Libc.PosixSpawnActionsDestroy(actions);
            }
        }
        finally
        {
            _ = Libc.PosixSpawnAttributesDestroy(attributes);
        }
    }

    // .NET ignores SIGPIPE, and ignored signals are inherited over exec: programs would not die of a closed pipe.
    private static void SetSignals(byte* attributes, ProgramStart start)
    {
        var signals = stackalloc byte[SignalSetBytes];
        _ = Libc.SignalSetFill(signals);
        Check(Libc.PosixSpawnAttributesSetSignalDefault(attributes, signals), "posix_spawnattr_setsigdefault", start.Path);
        _ = Libc.SignalSetEmpty(signals);
        Check(Libc.PosixSpawnAttributesSetSignalMask(attributes, signals), "posix_spawnattr_setsigmask", start.Path);
        var flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK | (start.NewSession ? Libc.POSIX_SPAWN_SETSID : 0);
        Check(Libc.PosixSpawnAttributesSetFlags(attributes, (short)flags), "posix_spawnattr_setflags", start.Path);
    }

    private static void SetDescriptors(byte* actions, DescriptorSources sources, ProgramStart start)
    {
        fixed (byte* devNull = "/dev/null\0"u8)
        {
            for (var number = 0; number <= sources.HighestTarget; number++)
            {
                var error = sources.SourceOf(number) is { } source ? Libc.PosixSpawnActionsAddDup2(actions, source, number)
                    : number <= 2 ? Libc.PosixSpawnActionsAddOpen(actions, number, devNull, O_RDWR, 0)
                    : Libc.PosixSpawnActionsAddClose(actions, number);
                Check(error, "posix_spawn_file_actions", start.Path);
            }
        }

        if (start.WorkingDirectory is not null)
        {
            using var directory = new NativeStrings([start.WorkingDirectory], "a working directory");
            Check(Libc.PosixSpawnActionsAddChangeDirectory(actions, directory.First), "posix_spawn_file_actions_addchdir_np", start.WorkingDirectory);
        }

        // All of ours are close-on-exec; this also keeps out what a library of ours or our own parent left open (CVE-2024-21626).
        Check(Libc.PosixSpawnActionsAddCloseFrom(actions, sources.HighestTarget + 1), "posix_spawn_file_actions_addclosefrom_np", start.Path);
    }

    private static void Check(int error, string call, string subject)
    {
        if (error != 0)
        {
            throw new LinuxException(call, subject, error);
        }
    }

    /// <summary>Duplicates above every target number, so that no dup2 can overwrite the source of a later one.</summary>
    private sealed class DescriptorSources : IDisposable
    {
        private const int LimitNumber = 1023;

        private readonly int[] _sources;

        public DescriptorSources(IReadOnlyList<ChildDescriptor> descriptors)
        {
            HighestTarget = 2;
            foreach (var descriptor in descriptors)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(descriptor.Number);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptor.Number, LimitNumber);
                HighestTarget = Math.Max(HighestTarget, descriptor.Number);
            }

            _sources = new int[HighestTarget + 1];
            Array.Fill(_sources, -1);
            try
            {
                foreach (var descriptor in descriptors)
                {
                    Add(descriptor);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public int HighestTarget { get; }

        public int? SourceOf(int number) => _sources[number] >= 0 ? _sources[number] : null;

        public void Dispose()
        {
            foreach (var source in _sources)
            {
                if (source >= 0)
                {
                    _ = Libc.CloseNumber(source);
                }
            }
        }

        private void Add(ChildDescriptor descriptor)
        {
            if (_sources[descriptor.Number] >= 0)
            {
                throw new ArgumentException($"descriptor {descriptor.Number} of the child is given twice");
            }

            var referenced = false;
            try
            {
                descriptor.Source.DangerousAddRef(ref referenced);
                var number = (int)descriptor.Source.DangerousGetHandle();
                _sources[descriptor.Number] =
                    LinuxException.ThrowIfFailed(Libc.FileControl(number, Libc.F_DUPFD_CLOEXEC, HighestTarget + 1), "fcntl F_DUPFD_CLOEXEC");
            }
            finally
            {
                if (referenced)
                {
                    descriptor.Source.DangerousRelease();
                }
            }
        }
    }
}
