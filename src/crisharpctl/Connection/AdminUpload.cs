using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Connection;

/// <summary>
/// Sends something long to the admin socket. The daemon may answer before all has been sent, when it can't use it: the sending ends then, which the
/// base library's client can't do.
/// </summary>
/// <param name="sentBytes">Told how much has been sent so far.</param>
internal sealed class AdminUpload(string socketPath, IProgress<long> sentBytes)
{
    private const int BlockBytes = 256 * 1024;
    private const int AnswerLimitBytes = 4 << 20;

    /// <summary>A read from a terminal or a pipe ends by what comes there alone: it is not waited for longer, once the answer is there.</summary>
    private static readonly TimeSpan LastRead = TimeSpan.FromSeconds(1);

    private Exception? _sourceFailure;

    /// <returns>The answer.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: the content can't be read.</exception>
    /// <exception cref="IOException">Also as SocketException: nobody is there, or the connection broke.</exception>
    public async Task<HttpAnswer> PostAsync(string pathAndQuery, Stream content, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        await using var connection = new NetworkStream(socket, ownsSocket: false);
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {pathAndQuery} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"), cancellationToken);

        // Fires when the caller's does, or when the answer is there.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(connection, content, enough.Token);
        HttpAnswer? answer;
        try
        {
            answer = await ReadAsync(connection, cancellationToken);
        }
        catch (IOException) when (_sourceFailure is not null)
        {
            answer = null;
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAny(sending, Task.Delay(LastRead, CancellationToken.None));
        }

        return _sourceFailure is { } failure
            ? throw new RuntimeException(ErrorKind.FailedPrecondition, $"what is to be sent can't be read: {failure.Message}", failure)
            : answer ?? throw new IOException("the daemon closed the connection without an answer");
    }

    /// <summary>Why it could not go on is told by the answer, or by its absence.</summary>
    private async Task SendAsync(NetworkStream connection, Stream content, CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var sent = 0L;
            for (int count; (count = await TakeAsync(content, block, cancellationToken)) > 0;)
            {
                await connection.WriteAsync(Encoding.ASCII.GetBytes(count.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), cancellationToken);
                await connection.WriteAsync(block.AsMemory(0, count), cancellationToken);
                await connection.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
                sent += count;
                sentBytes.Report(sent);
            }

            await connection.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
        }
        catch (Exception failure) when (failure == _sourceFailure || failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            EndUnfinished(connection.Socket);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private async Task<int> TakeAsync(Stream content, byte[] block, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(block.AsMemory(0, BlockBytes), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _sourceFailure = failure;
            throw;
        }
    }

    /// <summary>Without its end the daemon does not take it for whole.</summary>
    private static void EndUnfinished(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }

    /// <returns>Null: none came.</returns>
    private static async Task<HttpAnswer?> ReadAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; received.Length < AnswerLimitBytes && (count = await connection.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            received.Write(buffer, 0, count);
            if (HttpAnswer.TryParse(received.GetBuffer().AsSpan(0, (int)received.Length)) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }
}
