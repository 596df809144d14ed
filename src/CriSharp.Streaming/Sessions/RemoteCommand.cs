using System.Buffers;
using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Streaming.Sessions;

/// <summary>
/// One exec or attach from its start to its end: all that the process writes reaches the client before the status does. A client that goes
/// takes the session with it.
/// </summary>
public static class RemoteCommand
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>How long an answer to a client's last input is waited for.</summary>
    private static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(1);

    /// <param name="start">Its failure is told to the client.</param>
    /// <param name="verb">For the client: "run a command in" or "attach to".</param>
    /// <returns>How it ended, for the log.</returns>
    public static async Task<SessionEnd> RunAsync(
        ClientStreams client, Func<CancellationToken, Task<IProcessSession>> start, string verb, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(client.Gone, cancellationToken);
        try
        {
            await using var session = await start(over.Token);
            var exitCode = await CarryAsync(client, session, over.Token);
            await TellAsync(client, CommandStatus.OfExit(exitCode ?? 0, client.HasStatus), cancellationToken);
            return exitCode is { } code ? SessionEnd.Of(code) : SessionEnd.Over;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return SessionEnd.Stopped;
        }
        catch (Exception) when (client.Gone.IsCancellationRequested)
        {
            return SessionEnd.ClientGone;
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            await TellAsync(client, CommandStatus.OfFailure($"could not {verb} the container: {failure.Message}", client.HasStatus), cancellationToken);
            return SessionEnd.Failed(failure.Message);
        }
    }

    /// <returns>Null: there is no code for the client.</returns>
    private static async Task<int?> CarryAsync(ClientStreams client, IProcessSession session, CancellationToken cancellationToken)
    {
        using var inputOver = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var outputOver = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = FeedAsync(client, session, inputOver.Token);
        var sizes = ResizeAsync(client, session, inputOver.Token);
        try
        {
            var exit = session.WaitAsync(outputOver.Token);
            var outputs = Task.WhenAll(
                CopyAsync(session.Stdout, client.Stdout, outputOver.Token, cancellationToken),
                CopyAsync(session.Stderr, client.Stderr, outputOver.Token, cancellationToken));
            var leaving = LeaveAsync(session, input, inputOver.Token);
            // A session that fails may have streams that never end; a client that fails leaves a process that may never end.
            var first = await Task.WhenAny(exit, outputs, leaving);
            await first;
            if (first == outputs)
            {
                first = await Task.WhenAny(exit, leaving);
                await first;
            }

            if (first == leaving)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await outputOver.CancelAsync();
                await outputs;
                return null;
            }

            await Task.WhenAll(exit, outputs);
            return await exit;
        }
        finally
        {
            await inputOver.CancelAsync();
            await input;
            await sizes;
        }
    }

    /// <summary>Ends when the client goes by ending its input; else never.</summary>
    private static async Task LeaveAsync(IProcessSession session, Task<bool> input, CancellationToken inputOver)
    {
        if (!session.EndsWithInput || !await input)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, inputOver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.Delay(LastAnswer, inputOver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <param name="over">No more is read; what has been read is written still.</param>
    private static async Task CopyAsync(Stream? from, Stream? to, CancellationToken over, CancellationToken cancellationToken)
    {
        if (from is null || to is null)
        {
            return;
        }

        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = await from.ReadAsync(chunk, over)) > 0)
            {
                await to.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Ends quietly, however it ends: a process need not read what it is given.</summary>
    /// <returns>True: the client has ended its input.</returns>
    private static async Task<bool> FeedAsync(ClientStreams client, IProcessSession session, CancellationToken cancellationToken)
    {
        if (client.Stdin is null || session.Stdin is null)
        {
            return false;
        }

        try
        {
            // The wire's own copy holds no buffer while nothing comes.
            await client.Stdin.CopyToAsync(session.Stdin, cancellationToken);
            await session.Stdin.DisposeAsync();
            return true;
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                // What the client still sends is passed over: unread it would hold up all that comes behind it.
                await client.Stdin.DisposeAsync();
            }

            return false;
        }
    }

    private static async Task ResizeAsync(ClientStreams client, IProcessSession session, CancellationToken cancellationToken)
    {
        if (client.Resize is null)
        {
            return;
        }

        var sizes = new TerminalSizes(client.Resize);
        try
        {
            while (await sizes.ReadAsync(cancellationToken) is { } size)
            {
                session.Resize(size.Columns, size.Rows);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or JsonException)
        {
        }
    }

    /// <summary>Waits for a client that reads slowly, as the output before did: how long that may be is the wire's to say.</summary>
    private static async Task TellAsync(ClientStreams client, byte[] status, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(client.Gone, cancellationToken);
        foreach (var output in new[] { client.Stdout, client.Stderr })
        {
            if (output is not null)
            {
                await output.DisposeAsync();
            }
        }

        if (status.Length > 0)
        {
            await client.Error.WriteAsync(status, over.Token);
        }

        await client.Error.DisposeAsync();
    }
}
