using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

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

    /// <returns>The status of the answer, and its content.</returns>
    /// <exception cref="IOException">Also as SocketException: nobody is there, or the connection broke.</exception>
    public async Task<(int Status, byte[] Content)> PostAsync(string pathAndQuery, Stream content, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        await using var connection = new NetworkStream(socket, ownsSocket: false);
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {pathAndQuery} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"), cancellationToken);

        // Fires when the caller's does, or when the answer is there.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(connection, content, enough.Token);
        try
        {
            var answer = await ReadAsync(connection, cancellationToken);
            return Parse(answer);
        }
        finally
        {
            await enough.CancelAsync();
            await sending;
        }
    }

    /// <summary>Why it could not go on is told by the answer, or by its absence.</summary>
    private async Task SendAsync(NetworkStream connection, Stream content, CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var sent = 0L;
            for (int count; (count = await content.ReadAsync(block.AsMemory(0, BlockBytes), cancellationToken)) > 0;)
            {
                await connection.WriteAsync(Encoding.ASCII.GetBytes(count.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), cancellationToken);
                await connection.WriteAsync(block.AsMemory(0, count), cancellationToken);
                await connection.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
                sent += count;
                sentBytes.Report(sent);
            }

            await connection.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // A source that fails leaves the upload without its end; the daemon must not take it for whole.
            connection.Socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await connection.ReadAsync(buffer, cancellationToken)) > 0 && answer.Length < AnswerLimitBytes;)
            {
                answer.Write(buffer, 0, count);
            }
        }
        catch (IOException) when (answer.Length > 0)
        {
            // A daemon that has answered early closes over what it has not read.
        }

        return answer.ToArray();
    }

    private static (int Status, byte[] Content) Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        return end > 0 && Encoding.ASCII.GetString(answer, 0, end).Split(' ', 3) is [_, var code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? (status, answer[(end + 4)..])
            : throw new IOException("the daemon closed the connection without an answer");
    }
}
