using System.IO.Pipelines;
using System.IO.Pipes;
using System.Text;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests.Sessions;

public sealed class RemoteCommandTests : IDisposable
{
    private readonly Pipe _stdin = new();
    private readonly Pipe _stdout = new();
    private readonly Pipe _error = new();
    private readonly Pipe _resize = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly FakeSession _session = new();

    private ClientStreams Client => new()
    {
        Stdin = _stdin.Reader.AsStream(),
        Stdout = _stdout.Writer.AsStream(),
        Error = _error.Writer.AsStream(),
        Resize = _resize.Reader.AsStream(),
        HasStatus = true,
        Gone = _gone.Token,
    };

    [Fact]
    public async Task Output_IsComplete_BeforeTheStatusIsSaid()
    {
        var running = RunAsync();
        var status = ReadAllAsync(_error);
        _session.End.SetResult(3);
        await _session.Output.Writer.WriteAsync("the last "u8.ToArray());
        await Task.Delay(50);
        Assert.False(status.IsCompleted);
        await _session.Output.Writer.WriteAsync("byte"u8.ToArray());
        await _session.Output.Writer.CompleteAsync();

        Assert.Equal("the last byte", await ReadAllAsync(_stdout));
        Assert.Contains("\"message\":\"3\"", await status);
        Assert.Equal("exit code 3", (await running).Words);
        Assert.True(_session.IsDisposed);
    }

    [Fact]
    public async Task Input_EndsForTheProcess_WhenTheClientHalfCloses()
    {
        var running = RunAsync();
        await _stdin.Writer.WriteAsync("typed"u8.ToArray());
        await _stdin.Writer.CompleteAsync();

        Assert.Equal("typed", await ReadAllAsync(_session.Input));
        Finish(0);
        Assert.Contains("Success", await ReadAllAsync(_error));
        await running;
    }

    [Fact]
    public async Task Input_ThatTheProcessReadsNoMore_IsPassedOver()
    {
        using var broken = new AnonymousPipeServerStream(PipeDirection.Out);
        broken.DisposeLocalCopyOfClientHandle();
        _session.Stdin = broken;
        var running = RunAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await _stdin.Writer.WriteAsync("typed"u8.ToArray(), limit.Token)).IsCompleted)
        {
            await Task.Delay(10, limit.Token);
        }

        Assert.False(running.IsCompleted);
        Finish(0);
        Assert.Contains("Success", await ReadAllAsync(_error));
        await running;
    }

    [Fact]
    public async Task Client_ThatEndsItsInput_GoesWithTheAnswer_WhereThatIsItsEnd()
    {
        _session.EndsWithInput = true;
        var running = RunAsync();
        await _stdin.Writer.WriteAsync("question"u8.ToArray());
        await _stdin.Writer.CompleteAsync();
        Assert.Equal("question", await ReadAllAsync(_session.Input));
        await _session.Output.Writer.WriteAsync("answer"u8.ToArray());

        Assert.Equal(SessionEnd.Over, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("answer", await ReadAllAsync(_stdout));
        Assert.Contains("Success", await ReadAllAsync(_error));
        Assert.True(_session.IsDisposed);
    }

    [Fact]
    public async Task Client_ThatHasOnlyInput_GoesWithItsEnd()
    {
        _session.EndsWithInput = true;
        var client = new ClientStreams { Stdin = _stdin.Reader.AsStream(), Error = _error.Writer.AsStream(), HasStatus = true, Gone = _gone.Token };
        var running = RemoteCommand.RunAsync(client, _ => Task.FromResult<IProcessSession>(_session), "attach to", default);
        await Task.Delay(50);
        Assert.False(running.IsCompleted);
        await _stdin.Writer.CompleteAsync();

        Assert.Equal(SessionEnd.Over, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("Success", await ReadAllAsync(_error));
    }

    [Fact]
    public async Task Client_ThatStillTypes_Stays()
    {
        _session.EndsWithInput = true;
        var running = RunAsync();
        await _stdin.Writer.WriteAsync("question"u8.ToArray());
        await Task.Delay(1200);

        Assert.False(running.IsCompleted);
        Finish(null);
        Assert.Equal(SessionEnd.Over, await running);
        Assert.Contains("Success", await ReadAllAsync(_error));
    }

    [Fact]
    public async Task Sizes_ReachTheTerminal_AndNonsenseEndsOnlyThem()
    {
        var running = RunAsync();
        await _resize.Writer.WriteAsync(Encoding.UTF8.GetBytes("""{"Width":80,"Height":24}nonsense{"Width":1,"Height":1}"""));
        await _resize.Writer.CompleteAsync();
        while (_session.Sizes.Count == 0)
        {
            await Task.Delay(5);
        }

        Finish(0);
        await running;
        Assert.Equal([(80, 24)], _session.Sizes);
    }

    [Fact]
    public async Task Failure_ToStart_IsToldToTheClient()
    {
        var end = await RemoteCommand.RunAsync(
            Client, _ => throw new RuntimeException(ErrorKind.NotFound, "no such program"), "run a command in", default);

        Assert.Contains("could not run a command in the container: no such program", await ReadAllAsync(_error));
        Assert.Equal("no such program", end.Words);
    }

    [Fact]
    public async Task Session_ThatLosesItsProcess_EndsWithoutWaitingForTheStreams()
    {
        var running = RunAsync();
        _session.End.SetException(new RuntimeException(ErrorKind.Unavailable, "read too slowly"));

        Assert.Contains("read too slowly", await ReadAllAsync(_error));
        await running;
        Assert.True(_session.IsDisposed);
    }

    [Fact]
    public async Task Client_ThatGoes_TakesTheSessionWithIt()
    {
        var running = RunAsync();
        await _gone.CancelAsync();

        Assert.Equal(SessionEnd.ClientGone, await running);
        Assert.True(_session.IsDisposed);
    }

    [Fact]
    public async Task Daemon_ThatStops_EndsTheSession()
    {
        using var stopping = new CancellationTokenSource();
        var running = RemoteCommand.RunAsync(Client, _ => Task.FromResult<IProcessSession>(_session), "attach to", stopping.Token);
        await stopping.CancelAsync();

        Assert.Equal(SessionEnd.Stopped, await running);
        Assert.True(_session.IsDisposed);
    }

    public void Dispose() => _gone.Dispose();

    private Task<SessionEnd> RunAsync() => RemoteCommand.RunAsync(Client, _ => Task.FromResult<IProcessSession>(_session), "attach to", default);

    private void Finish(int? code)
    {
        _session.End.SetResult(code);
        _session.Output.Writer.Complete();
    }

    private static async Task<string> ReadAllAsync(Pipe pipe)
    {
        using var reader = new StreamReader(pipe.Reader.AsStream());
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class FakeSession : IProcessSession
    {
        public FakeSession() => Stdin = Input.Writer.AsStream();

        public Pipe Input { get; } = new();

        public Pipe Output { get; } = new();

        public TaskCompletionSource<int?> End { get; } = new();

        public List<(int Columns, int Rows)> Sizes { get; } = [];

        public bool IsDisposed { get; private set; }

        public Stream Stdin { get; set; }

        public Stream Stdout => Output.Reader.AsStream();

        public Stream? Stderr => null;

        public bool EndsWithInput { get; set; }

        public void Resize(int columns, int rows) => Sizes.Add((columns, rows));

        public Task<int?> WaitAsync(CancellationToken cancellationToken) => End.Task.WaitAsync(cancellationToken);

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
