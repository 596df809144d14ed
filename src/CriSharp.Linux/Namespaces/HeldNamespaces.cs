using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Namespaces;

/// <summary>
/// A user namespace, and others that it owns, kept alive by a process that does nothing else; gone with <see cref="DisposeAsync"/>
/// unless somebody has pinned them or opened their files. See <see cref="NamespaceHolder"/>.
/// </summary>
public sealed class HeldNamespaces : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _holder;
    private readonly PipePair _life;

    private HeldNamespaces(ChildProcess holder, PipePair life) => (_holder, _life) = (holder, life);

    /// <summary>Whose /proc/PID/ns has the namespaces.</summary>
    public int Pid { get; private set; }

    /// <summary>Makes the namespaces and maps their ids.</summary>
    /// <exception cref="LinuxException">The kernel refuses: ENOSPC at the limit of /proc/sys/user/max_user_namespaces, EPERM for a mapping; or
    /// the holder can't be run.</exception>
    public static async Task<HeldNamespaces> MakeAsync(UserNamespaceRequest user, NamespaceKinds others)
    {
        var flags = NamespacePins.CloneFlagsOf(others | NamespaceKinds.User);
        var life = PipePair.Create();
        using var answer = PipePair.Create();
        HeldNamespaces? held = null;
        try
        {
            held = new HeldNamespaces(Start(user.HolderPath, flags, life, answer), life);
            answer.Writer.Dispose();
            life.Reader.Dispose();
            held.Pid = await ReadPidAsync(answer, user.HolderPath);
            WriteMap($"/proc/{held.Pid}/uid_map", user.Users);
            WriteMap($"/proc/{held.Pid}/gid_map", user.Groups);
            return held;
        }
        catch
        {
            await (held?.DisposeAsync() ?? ValueTask.CompletedTask);
            life.Dispose();
            throw;
        }
    }

    /// <summary>The file of the user namespace, for mounts that map ids by it.</summary>
    public SafeFileHandle OpenUser() => NamespaceFile.Open($"/proc/{Pid}/ns/user");

    public async ValueTask DisposeAsync()
    {
        _life.Dispose();
        using var timer = new CancellationTokenSource(TimeLimit);
        try
        {
            await _holder.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            _holder.KillSession();
        }

        _holder.Dispose();
    }

    /// <summary>Moves the calling thread, which must end with it, into some of the namespaces; the user namespace is not for a thread.</summary>
    internal void Join(NamespaceKinds kinds)
    {
        foreach (var (name, flag) in NamespacePins.FilesOf(kinds))
        {
            using var file = NamespaceFile.Open($"/proc/{Pid}/ns/{name}");
            LinuxException.ThrowIfFailed(Libc.SetNamespace(file, flag), "setns", name);
        }
    }

    private static ChildProcess Start(string path, int flags, PipePair life, PipePair answer) => ChildProcess.Start(new ProgramStart
    {
        Path = path,
        Arguments = [path, NamespaceHolder.Verb, flags.ToString(CultureInfo.InvariantCulture)],
        Descriptors = [new ChildDescriptor(0, Blocking(life)), new ChildDescriptor(1, answer.Writer)],
        NewSession = true,
        WorkingDirectory = "/",
    });

    /// <summary>The holder waits in a plain read.</summary>
    private static SafeFileHandle Blocking(PipePair life)
    {
        const int F_SETFL = 4;
        LinuxException.ThrowIfFailed(Libc.FileControl((int)life.Reader.DangerousGetHandle(), F_SETFL, 0), "fcntl F_SETFL");
        return life.Reader;
    }

    private static async Task<int> ReadPidAsync(PipePair answer, string holder)
    {
        using var timer = new CancellationTokenSource(TimeLimit);
        var capture = new PipeCapture(answer.Reader, NamespaceHolder.AnswerLimitBytes);
        if (!await capture.ReadLineAsync(timer.Token))
        {
            throw new LinuxException("unshare", $"user namespace (by {holder})", Errno.ETIMEDOUT);
        }

        var words = Encoding.ASCII.GetString(capture.Kept.Span).Trim().Split(' ');
        if (words.Length != 2
            || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var error))
        {
            throw new IOException($"{holder} ended without making a user namespace: is it the pause program of this release?");
        }

        return error == 0 ? pid : throw new LinuxException("unshare", "user namespace", error);
    }

    /// <summary>Whole in one write. user_namespaces(7)</summary>
    private static unsafe void WriteMap(string path, IdMapping mapping)
    {
        using var file = HostPath.Open(path, OpenFlags.WriteOnly);
        var bytes = Encoding.ASCII.GetBytes($"{mapping}\n");
        fixed (byte* start = bytes)
        {
            LinuxException.ThrowIfFailed(Libc.write(file, start, (nuint)bytes.Length), "write", $"{path} \"{mapping}\"");
        }
    }
}
