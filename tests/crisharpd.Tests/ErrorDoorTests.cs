using CriSharp.Daemon.Errors;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Metrics;
using CriSharp.Linux;
using CriSharp.Primitives;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class ErrorDoorTests
{
    private readonly EventList _events = new();
    private readonly RunningCalls _calls = new();
    private readonly CallFigures _figures = new();

    public static TheoryData<ErrorKind> Kinds => [.. Enum.GetValues<ErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Failure_WhenItHasAKind_BecomesTheStatusOfThatName(ErrorKind kind)
    {
        var status = await StatusOfAsync(new RuntimeException(kind, "what, which, why"));
        Assert.Equal(kind.ToString(), status.StatusCode.ToString());
        Assert.Equal("what, which, why", status.Detail);
    }

    [Fact]
    public async Task Failure_WhenItIsADefect_IsInternalWithAnIdThatTheLogHas()
    {
        var status = await StatusOfAsync(new InvalidOperationException("unforeseen"));
        Assert.Equal(StatusCode.Internal, status.StatusCode);
        var (level, text, failure) = Assert.Single(_events.All);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains(status.Detail, text, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(failure);
    }

    [Fact]
    public async Task Failure_WhenTheDiskIsFull_IsResourceExhaustedHoweverWrapped()
    {
        var full = new LinuxException("write", "/x", Errno.ENOSPC);
        Assert.Equal(StatusCode.ResourceExhausted, (await StatusOfAsync(full)).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, (await StatusOfAsync(new RuntimeException(ErrorKind.Internal, "writing a record", full))).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, (await StatusOfAsync(new IOException("full", Errno.ENOSPC))).StatusCode);
        Assert.Equal(StatusCode.Internal, (await StatusOfAsync(new LinuxException("write", "/x", Errno.EIO))).StatusCode);
    }

    [Fact]
    public async Task Failure_WhenTheDiskIsReadOnly_IsAFailedPreconditionHoweverWrapped()
    {
        var readOnly = new LinuxException("openat2", "/x", Errno.EROFS);
        Assert.Equal(StatusCode.FailedPrecondition, (await StatusOfAsync(readOnly)).StatusCode);
        var wrapped = await StatusOfAsync(new RuntimeException(ErrorKind.Internal, "writing a record", readOnly));
        Assert.Equal(StatusCode.FailedPrecondition, wrapped.StatusCode);
        Assert.Contains("read-only: writing a record", wrapped.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.FailedPrecondition, (await StatusOfAsync(new IOException("read-only", Errno.EROFS))).StatusCode);
    }

    [Fact]
    public async Task Cancellation_WhenTheCallersTokenFired_IsDeadlineOrCancelledByTheClock()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var early = new CallContext(DateTime.MaxValue, cancelled.Token);
        var late = new CallContext(DateTime.UnixEpoch, cancelled.Token);
        Assert.Equal(StatusCode.Cancelled, (await StatusOfAsync(new OperationCanceledException(), early)).StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, (await StatusOfAsync(new TaskCanceledException(), late)).StatusCode);
    }

    [Fact]
    public async Task Cancellation_WhenTheDaemonStops_IsUnavailable()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        _calls.End();
        Assert.Equal(StatusCode.Unavailable, (await StatusOfAsync(new OperationCanceledException(), new CallContext(DateTime.MaxValue, cancelled.Token))).StatusCode);
    }

    [Fact]
    public async Task Cancellation_WhenNotTheCallers_IsUnavailable() =>
        Assert.Equal(StatusCode.Unavailable, (await StatusOfAsync(new OperationCanceledException())).StatusCode);

    [Fact]
    public async Task Failure_WhenTheMethodIsNotOurs_IsUnimplementedByName()
    {
        var status = await StatusOfAsync(new RpcException(new Status(StatusCode.Unimplemented, "")));
        Assert.Equal(StatusCode.Unimplemented, status.StatusCode);
        Assert.Contains("Method", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_WhenAllIsWell_PassesThrough()
    {
        var door = Door();
        Assert.Equal("answer", await door.UnaryServerHandler<string, string>("", new CallContext(DateTime.MaxValue, default), (_, _) => Task.FromResult("answer")));
    }

    [Fact]
    public async Task Call_WhileItRuns_IsAmongTheRunningOnes()
    {
        var door = Door();
        await door.UnaryServerHandler<string, string>("", new CallContext(DateTime.MaxValue, default), (_, _) =>
        {
            Assert.Equal(["Method"], _calls.Names);
            return Task.FromResult("");
        });
        Assert.Empty(_calls.Names);
    }

    [Fact]
    public async Task Call_WhileTheDaemonStarts_WaitsUnlessItAsksWhatTheDaemonIs()
    {
        var gate = new StartGate(TimeProvider.System);
        var door = new ErrorDoor(_events, TimeProvider.System, _calls, gate, new CallObserver(_figures, TimeProvider.System, NullLogger<CallObserver>.Instance));
        Task<string> AskAsync(string method) =>
            door.UnaryServerHandler<string, string>("", new CallContext(DateTime.MaxValue, default) { Name = method }, (_, _) => Task.FromResult(method));

        var list = AskAsync("ListContainers");

        Assert.Equal("Status", await AskAsync("Status"));
        Assert.Equal("Version", await AskAsync("Version"));
        Assert.False(list.IsCompleted);
        gate.Open();
        Assert.Equal("ListContainers", await list);
    }

    [Fact]
    public async Task Call_WhenItHasEnded_IsCountedByItsCodeAndHowLongItTook()
    {
        await StatusOfAsync(new RuntimeException(ErrorKind.NotFound, "gone"));
        await Door().UnaryServerHandler<string, string>("", new CallContext(DateTime.MaxValue, default), (_, _) => Task.FromResult(""));

        var figure = Assert.Single(_figures.All);
        Assert.Equal([(StatusCode.OK, 1), (StatusCode.NotFound, 1)], figure.Ends);
        Assert.Equal(2, figure.Durations.Read().Buckets[^1].Count);
    }

    private ErrorDoor Door()
    {
        var gate = new StartGate(TimeProvider.System);
        gate.Open();
        return new ErrorDoor(_events, TimeProvider.System, _calls, gate, new CallObserver(_figures, TimeProvider.System, NullLogger<CallObserver>.Instance));
    }

    private async Task<Status> StatusOfAsync(Exception failure, ServerCallContext? context = null)
    {
        var door = Door();
        var thrown = await Assert.ThrowsAsync<RpcException>(() => door.UnaryServerHandler<string, string>(
            "request", context ?? new CallContext(DateTime.MaxValue, default), (_, _) => throw failure));
        return thrown.Status;
    }

    private sealed class EventList : ILogger<ErrorDoor>
    {
        public List<(LogLevel Level, string Text, Exception? Failure)> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add((logLevel, formatter(state, exception), exception));
    }

    private sealed class CallContext(DateTime deadline, CancellationToken cancellationToken) : ServerCallContext
    {
        public string Name { get; init; } = "Method";

        protected override string MethodCore => $"/test.Service/{Name}";

        protected override string HostCore => "localhost";

        protected override string PeerCore => "unix:";

        protected override DateTime DeadlineCore => deadline;

        protected override Metadata RequestHeadersCore { get; } = new();

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore { get; } = new();

        protected override Status StatusCore { get; set; }

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
