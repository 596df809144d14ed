using System.Buffers;
using System.Text;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Spdy;

/// <summary>One forwarded connection: its bytes go both ways, and each direction ends by itself.</summary>
internal sealed class ForwardPair(int port, SpdyOptions options) : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private SpdyStream? _error;
    private SpdyStream? _content;
    private long _silentSince;

    /// <summary>How long the pod has said nothing; none while the client has yet to take what it said.</summary>
    private TimeSpan Silence => Volatile.Read(ref _silentSince) is var since and not 0 ? options.Time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Both streams are there.</summary>
    public TaskCompletionSource IsWhole { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>Whether there was none of that kind yet.</returns>
    public bool TryAdd(bool isError, SpdyStream stream)
    {
        ref var place = ref isError ? ref _error : ref _content;
        if (place is not null)
        {
            return false;
        }

        place = stream;
        return true;
    }

    public async Task RunAsync(Func<int, CancellationToken, Task<IForwardedConnection>> connect, CancellationToken cancellationToken)
    {
        IForwardedConnection connection;
        try
        {
            connection = await connect(port, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await _error!.WriteAsync(Encoding.UTF8.GetBytes($"error forwarding port {port}: {e.Message}"), cancellationToken);
            _error.EndWrites();
            throw;
        }

        await using (connection)
        {
            await ExchangeAsync(connection, cancellationToken);
        }
    }

    /// <summary>Cuts the connection off for the client; words that were written still arrive.</summary>
    public void Reset()
    {
        _content?.Reset(SpdyStatus.Cancel);
        if (_content is null)
        {
            _error?.Reset(SpdyStatus.Cancel);
        }
    }

    public void Dispose()
    {
        _content?.Dispose();
        _error?.Dispose();
    }

    /// <summary>A direction that fails takes the other one along.</summary>
    private async Task ExchangeAsync(IForwardedConnection connection, CancellationToken cancellationToken)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outwards = OrCancelAsync(failing, ReceiveAsync(connection, failing.Token));
        var inwards = OrCancelAsync(failing, SendAsync(connection, outwards, failing.Token));
        await Task.WhenAll(inwards, outwards);
    }

    private async Task SendAsync(IForwardedConnection connection, Task outwards, CancellationToken cancellationToken)
    {
        await _content!.CopyToAsync(connection.Stream, cancellationToken);
        connection.EndWrites();
        await HearOutAsync(outwards, cancellationToken);
    }

    /// <summary>What the pod still says is for a client that has ended its half, until that resets the stream or the pod is silent for too long.</summary>
    private async Task HearOutAsync(Task outwards, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _content!.Broken);
        for (var left = options.AnswerTimeout; left > TimeSpan.Zero; left = options.AnswerTimeout - Silence)
        {
            await outwards.WaitAsync(left, options.Time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            over.Token.ThrowIfCancellationRequested();
            if (outwards.IsCompleted)
            {
                return;
            }
        }

        throw new TimeoutException($"the client has ended its half, and the pod has said nothing for {options.AnswerTimeout.TotalSeconds} s");
    }

    private async Task ReceiveAsync(IForwardedConnection connection, CancellationToken cancellationToken)
    {
        int count;
        Volatile.Write(ref _silentSince, options.Time.GetTimestamp());
        do
        {
            // Waits without a buffer: most of a thousand connections are idle.
            await connection.Stream.WaitForBytesAsync(cancellationToken);
            count = await ReceiveSomeAsync(connection, cancellationToken);
        }
        while (count > 0);

        _content!.EndWrites();
    }

    private async Task<int> ReceiveSomeAsync(IForwardedConnection connection, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count;
            do
            {
                count = await connection.Stream.ReadAsync(buffer, cancellationToken);
                Volatile.Write(ref _silentSince, 0);
                await _content!.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                Volatile.Write(ref _silentSince, options.Time.GetTimestamp());
            }
            while (count == buffer.Length);

            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task OrCancelAsync(CancellationTokenSource failing, Task direction)
    {
        try
        {
            await direction;
        }
        catch
        {
            await failing.CancelAsync();
            throw;
        }
    }
}
