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

    /// <summary>A client that does not read its last words is not waited for longer.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

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
            await TellAsync(client, CommandStatus.OfExit(exitCode, client.HasStatus), cancellationToken);
            return SessionEnd.Of(exitCode);
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

    private static async Task<int> CarryAsync(ClientStreams client, IProcessSession session, CancellationToken cancellationToken)
    {
        using var inputOver = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = FeedAsync(client, session, inputOver.Token);
        var sizes = ResizeAsync(client, session, inputOver.Token);
        try
        {
            var exit = session.WaitAsync(cancellationToken);
            var outputs = Task.WhenAll(
                CopyAsync(session.Stdout, client.Stdout, cancellationToken),
                CopyAsync(session.Stderr, client.Stderr, cancellationToken));
            // A session that fails may have streams that never end; a client that fails leaves a process that may never end.
            await await Task.WhenAny(exit, outputs);
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

    private static async Task CopyAsync(Stream? from, Stream? to, CancellationToken cancellationToken)
    {
        if (from is null || to is null)
        {
            return;
        }

        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = await from.ReadAsync(chunk, cancellationToken)) > 0)
            {
                await to.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Ends quietly, however it ends: a process need not read what it is given.</summary>
    private static async Task FeedAsync(ClientStreams client, IProcessSession session, CancellationToken cancellationToken)
    {
        if (client.Stdin is null || session.Stdin is null)
        {
            return;
        }

        try
        {
            // The wire's own copy holds no buffer while nothing comes.
            await client.Stdin.CopyToAsync(session.Stdin, cancellationToken);
            await session.Stdin.DisposeAsync();
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
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

    private static async Task TellAsync(ClientStreams client, byte[] status, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(client.Gone, cancellationToken);
        limit.CancelAfter(LastWords);
        foreach (var output in new[] { client.Stdout, client.Stderr })
        {
            if (output is not null)
            {
                await output.DisposeAsync();
            }
        }

        if (status.Length > 0)
        {
            await client.Error.WriteAsync(status, limit.Token);
        }

        await client.Error.DisposeAsync();
    }
}
