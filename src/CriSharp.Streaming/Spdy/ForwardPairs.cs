using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Spdy;

/// <summary>The pairs of one port-forward. Disposing of it waits until all have ended, which their cancellation brings about.</summary>
internal sealed class ForwardPairs(
    SpdyOptions options, Func<int, CancellationToken, Task<IForwardedConnection>> connect, CancellationToken ending) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ForwardPair> _halves = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _running = [];

    public void Add(string request, int port, bool isError, SpdyStream stream)
    {
        lock (_gate)
        {
            if (_halves.TryGetValue(request, out var pair))
            {
                Complete(request, pair, isError, stream);
                return;
            }

            pair = new(port, options);
            pair.TryAdd(isError, stream);
            _halves[request] = pair;
            var running = new TaskCompletionSource();
            _running.Add(running.Task);
            _ = RunAsync(request, pair, running);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    private void Complete(string request, ForwardPair pair, bool isError, SpdyStream stream)
    {
        if (!pair.TryAdd(isError, stream))
        {
            stream.Reset(SpdyStatus.ProtocolError);
            stream.Dispose();
            return;
        }

        _halves.Remove(request);
        pair.IsWhole.SetResult();
    }

    private async Task RunAsync(string request, ForwardPair pair, TaskCompletionSource running)
    {
        try
        {
            await pair.IsWhole.Task.WaitAsync(options.StreamTimeout, options.Time, ending);
            await pair.RunAsync(connect, ending);
        }
        catch (Exception)
        {
            pair.Reset();
        }

        pair.Dispose();
        lock (_gate)
        {
            if (_halves.GetValueOrDefault(request) == pair)
            {
                _halves.Remove(request);
            }

            _running.Remove(running.Task);
        }

        running.SetResult();
    }
}
