using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Sockets;
using CriSharp.Linux.Streams;
using CriSharp.Linux.Terminals;
using CriSharp.OciRuntime.Bundles;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>
/// A terminal whose master the OCI runtime sends to a console socket of the daemon's: nobody else has it, so whatever ends the daemon or the
/// session hangs the terminal up. The end of its input means nothing to the process, as with any terminal whose user stops typing.
/// </summary>
internal sealed class TerminalStreams : SessionStreams
{
    private readonly StreamsAsked _asked;
    private readonly string _path;
    private readonly SafeFileHandle _folder;
    private readonly UnixSocket _console;
    private SafeFileHandle? _master;
    private SafeFileHandle? _peer;
    private DescriptorStream? _unwanted;

    /// <exception cref="IOException">The console socket can't be made.</exception>
    public TerminalStreams(StreamsAsked asked, Bundle bundle, string execId)
    {
        _asked = asked;
        _path = bundle.ConsolePath(execId);

        // The runtime may not know how to reach a socket under a path longer than an address; this one is always short.
        _folder = HostPath.Open(bundle.Directory, OpenFlags.PathOnly | OpenFlags.Directory);
        try
        {
            _console = UnixSocket.Listen(_path, UnixSocketKind.Stream, Permissions.PrivateFile);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<string> RuntimeArguments =>
        ["--tty", "--console-socket", $"/proc/{Environment.ProcessId}/fd/{_folder.DangerousGetHandle()}/{Path.GetFileName(_path)}"];

    // The runtime connects, sends the master and ends before the monitor tells that the command runs: both wait in the queue by now.
    public override void Open()
    {
        _master = Receive();

        // A command may close the terminal for a moment, which is not its end.
        _peer = TerminalPeer.TryOpen(_master);
        CloseConsole();
        DescriptorTransfer.SetNonBlocking(_master);
        Stdin = _asked.Stdin ? new DescriptorStream(ReadinessLoop.Duplicate(_master), FileAccess.Write) : null;
        var output = new DescriptorStream(ReadinessLoop.Duplicate(_master), FileAccess.Read);
        if (_asked.Stdout)
        {
            Stdout = output;
            return;
        }

        // Or the process would wait for a reader for ever.
        _unwanted = output;
        _ = DropAsync(output);
    }

    public override void Resize(int columns, int rows)
    {
        if (columns is < 1 or > ushort.MaxValue || rows is < 1 or > ushort.MaxValue)
        {
            return;
        }

        try
        {
            new TerminalSize(columns, rows).ApplyTo(_master!);
        }
        catch (Exception gone) when (gone is LinuxException or ObjectDisposedException)
        {
            // Its last program has ended, or the session has.
        }
    }

    // From now on the terminal ends with the last program that has it.
    public override void LetGo() => _peer?.Dispose();

    public override void Dispose()
    {
        base.Dispose();
        _unwanted?.Dispose();
        _master?.Dispose();
        LetGo();
        CloseConsole();
    }

    private static async Task DropAsync(DescriptorStream output)
    {
        try
        {
            await output.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The session is over.
        }
    }

    private SafeFileHandle Receive()
    {
        using var runtime = _console.TryAccept() ?? throw new IOException("the OCI runtime sent no terminal to the console socket");
        Span<byte> name = stackalloc byte[4096];
        List<SafeFileHandle> received = [];
        runtime.TryReceive(name, received);
        if (received is [var master])
        {
            return master;
        }

        received.ForEach(static each => each.Dispose());
        throw new IOException($"the OCI runtime sent {received.Count} descriptors to the console socket: one terminal is expected");
    }

    private void CloseConsole()
    {
        _console.Dispose();
        _folder.Dispose();
        File.Delete(_path);
    }
}
