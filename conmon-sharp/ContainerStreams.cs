using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.Linux.Sockets;
using CriSharp.Linux.Terminals;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// The container's standard streams: pipes, or a terminal whose master the OCI runtime sends to a console socket. Until the container
/// is created only the runtime itself writes to them.
/// </summary>
internal sealed class ContainerStreams : IDisposable
{
    // What a pipe can hold at most for unprivileged users, /proc/sys/fs/pipe-max-size: a drain ends though somebody goes on writing.
    private const int MostDrainedBytes = 1024 * 1024;

    private readonly MonitorLoop _loop;
    private readonly RuntimeWords _stdoutWords = new();
    private readonly RuntimeWords _stderrWords = new();
    private readonly UnixSocket? _console;
    private readonly string? _consoleFile;
    private readonly SafeFileHandle? _consoleFolder;
    private readonly PipePair _stdout = PipePair.Create();
    private readonly PipePair _stderr = PipePair.Create();
    private readonly PipePair? _stdin;
    private SafeFileHandle? _terminal;
    private SafeFileHandle? _terminalPeer;
    private readonly AttachedClients _clients = new();
    private readonly bool _takesInput;
    private readonly bool _inputOnce;
    private ContainerInput? _input;
    private OutputStream[] _outputs = [];

    /// <exception cref="IOException">No console socket, or no pipe, can be made.</exception>
    public ContainerStreams(MonitorLoop loop, MonitorArguments arguments)
    {
        _loop = loop;
        (_takesInput, _inputOnce) = (arguments.Stdin, arguments.StdinOnce);
        _stdin = arguments.Stdin && !arguments.Terminal ? PipePair.CreateForInput() : null;
        if (arguments.StreamOwner is { } owner)
        {
            Give(owner);
        }

        if (arguments.Terminal)
        {
            _consoleFile = arguments.Socket + ".tty";
            File.Delete(_consoleFile);
            _console = UnixSocket.Listen(_consoleFile, UnixSocketKind.Stream, Permissions.PrivateFile);

            // The runtime may not know how to reach a socket under a path longer than an address; this one is always short.
            _consoleFolder = HostPath.Open(Path.GetDirectoryName(_consoleFile)!, OpenFlags.PathOnly | OpenFlags.Directory);
            ConsolePath = $"/proc/{Environment.ProcessId}/fd/{_consoleFolder.DangerousGetHandle()}/{Path.GetFileName(_consoleFile)}";
        }

        _loop.Poll.Add(_stdout.Reader, PollEvents.Readable, _ => Hear(_stdout.Reader, _stdoutWords));
        _loop.Poll.Add(_stderr.Reader, PollEvents.Readable, _ => Hear(_stderr.Reader, _stderrWords));
    }

    /// <summary>Where the OCI runtime finds the console socket; null: no terminal.</summary>
    public string? ConsolePath { get; }

    /// <summary>For the OCI runtime's create.</summary>
    public IReadOnlyList<ChildDescriptor> ForRuntime()
    {
        List<ChildDescriptor> descriptors = [new(1, _stdout.Writer), new(2, _stderr.Writer)];
        if (_stdin is not null)
        {
            descriptors.Add(new(0, _stdin.Reader));
        }

        return descriptors;
    }

    /// <summary>The runtime has them: the ends of the streams are seen from now on.</summary>
    public void CloseRuntimeEnds()
    {
        _stdout.Writer.Dispose();
        _stderr.Writer.Dispose();
        _stdin?.Reader.Dispose();
    }

    /// <summary>The runtime's own words after it failed.</summary>
    public string FailureWords()
    {
        _stderrWords.ReadAll(_stderr.Reader);
        return _stderrWords.Text;
    }

    /// <summary>The container is created: what comes from now on is its own, and goes to the log.</summary>
    /// <exception cref="IOException">The runtime sent no terminal.</exception>
    public void Begin(ContainerLog log, int lineLimit)
    {
        _loop.Poll.Remove(_stdout.Reader);
        _loop.Poll.Remove(_stderr.Reader);
        _stdoutWords.ReadAll(_stdout.Reader);
        _stderrWords.ReadAll(_stderr.Reader);
        var shared = OutputStream.MakeSharedBuffer(lineLimit);
        if (_console is null)
        {
            _outputs =
            [
                new OutputStream(_stdout.Reader, LogStream.Stdout, log, lineLimit, shared),
                new OutputStream(_stderr.Reader, LogStream.Stderr, log, lineLimit, shared),
            ];
        }
        else
        {
            _terminal = ReceiveTerminal(_console);
            _terminalPeer = TerminalPeer.TryOpen(_terminal);
            _outputs = [new OutputStream(_terminal, LogStream.Stdout, log, lineLimit, shared)];
        }

        _input = MakeInput();

        foreach (var output in _outputs)
        {
            _loop.Poll.Add(output.Source, PollEvents.Readable, _ => Read(output));
        }
    }

    /// <summary>From now on the client has a part in the streams, until it or the container ends.</summary>
    public void Add(AttachedClient client)
    {
        // A stream that has ended already, or that there is none of.
        foreach (var name in (ReadOnlySpan<LogStream>)[LogStream.Stdout, LogStream.Stderr])
        {
            if (!Array.Exists(_outputs, output => output.Name == name && !output.HasEnded))
            {
                client.End(name);
            }
        }

        _clients.Add(client);
        if (client.TakeInput() is { } stdin)
        {
            client.Input = _input?.Add(stdin);
            if (_input is null)
            {
                stdin.Dispose();
            }
        }
    }

    /// <summary>It has gone: what it had typed before still comes through.</summary>
    public void Remove(AttachedClient client)
    {
        _clients.Remove(client);
        if (client.Input is { } input)
        {
            _input!.Abandon(input);
        }
    }

    /// <summary>Nothing happens without a terminal.</summary>
    public void Resize(ResizeMessage size)
    {
        try
        {
            if (_terminal is not null)
            {
                new TerminalSize(size.Columns, size.Rows).ApplyTo(_terminal);
            }
        }
        catch (LinuxException)
        {
            // Its programs have ended.
        }
    }

    public bool HaveEnded() => Array.TrueForAll(_outputs, static output => output.HasEnded);

    /// <summary>Called whenever a stream has ended.</summary>
    public Action? OnEnd { get; set; }

    /// <summary>The container has exited: logs what is in the pipes now. A terminal that no program has any more ends.</summary>
    public void Drain()
    {
        _terminalPeer?.Dispose();
        foreach (var output in _outputs)
        {
            var drained = 0;
            int count;
            while (!output.HasEnded && drained < MostDrainedBytes && (count = Read(output)) > 0)
            {
                drained += count;
            }
        }
    }

    /// <summary>Stops reading: somebody else may still hold the other ends.</summary>
    public void Dispose()
    {
        foreach (var output in _outputs)
        {
            _loop.Poll.Remove(output.Source);
            if (!output.HasEnded)
            {
                output.LogRest();
            }
        }

        _input?.Dispose();
        _loop.Poll.Remove(_stdout.Reader);
        _loop.Poll.Remove(_stderr.Reader);
        _stdout.Dispose();
        _stderr.Dispose();
        _stdin?.Dispose();
        _terminalPeer?.Dispose();
        _terminal?.Dispose();
        CloseConsole();
    }

    /// <summary>A process in a user namespace opens /dev/stdout and its like only as their owner.</summary>
    private void Give(StreamOwnerIds owner)
    {
        FileDescriptor.Chown(_stdout.Writer, owner.UserId, owner.GroupId);
        FileDescriptor.Chown(_stderr.Writer, owner.UserId, owner.GroupId);
        if (_stdin is not null)
        {
            FileDescriptor.Chown(_stdin.Reader, owner.UserId, owner.GroupId);
        }
    }

    private void CloseConsole()
    {
        if (_console is not null)
        {
            _console.Dispose();
            _consoleFolder!.Dispose();
            File.Delete(_consoleFile!);
        }
    }

    private void Hear(SafeFileHandle pipe, RuntimeWords words)
    {
        words.ReadAll(pipe);
        if (words.HasEnded)
        {
            _loop.Poll.Remove(pipe);
        }
    }

    private int Read(OutputStream output)
    {
        var count = output.ReadOnce();
        if (count > 0)
        {
            _clients.Copy(output.Name, output.LastRead);
        }

        if (output.HasEnded)
        {
            _clients.End(output.Name);
            _loop.Poll.Remove(output.Source);
            OnEnd?.Invoke();
        }

        return count;
    }

    // A terminal's end of input is a character that only its programs may give a meaning: it is never closed.
    private ContainerInput? MakeInput() =>
        !_takesInput ? null
        : _terminal is { } master ? new ContainerInput(_loop, new SafeFileHandle(master.DangerousGetHandle(), ownsHandle: false), closesWithFirst: false)
        : new ContainerInput(_loop, _stdin!.Writer, _inputOnce);

    // The runtime connects, sends the master and ends before create returns: both wait in the queue by now.
    private SafeFileHandle ReceiveTerminal(UnixSocket console)
    {
        using var runtime = console.TryAccept() ?? throw new IOException("the OCI runtime sent no terminal to the console socket");
        Span<byte> name = stackalloc byte[4096];
        List<SafeFileHandle> received = [];
        runtime.TryReceive(name, received);
        CloseConsole();
        if (received.Count != 1)
        {
            received.ForEach(static each => each.Dispose());
            throw new IOException($"the OCI runtime sent {received.Count} descriptors to the console socket: one terminal is expected");
        }

        DescriptorTransfer.SetNonBlocking(received[0]);
        return received[0];
    }
}
