using System.Text;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.WebSockets;

/// <summary>One port of a forwarding over channels.</summary>
internal sealed class ForwardedPort(int port, ChannelInput input, ChannelOutput output, ChannelOutput error)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Ends when the pod's side has said all, or the client has gone.</summary>
    public async Task ServeAsync(Func<int, CancellationToken, Task<IForwardedConnection>> connect, CancellationToken gone)
    {
        try
        {
            await using var target = await connect(port, gone);
            await ExchangeAsync(target, gone);
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (RuntimeException exception)
        {
            await ReportAsync(exception.Message);
        }
        catch (IOException exception)
        {
            await ReportAsync($"port {port}: the connection broke: {exception.Message}");
        }
        finally
        {
            await input.DisposeAsync();
        }
    }

    private async Task ExchangeAsync(IForwardedConnection target, CancellationToken gone)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var sending = SendAsync(target, ended.Token);
        try
        {
            await target.Stream.CopyToAsync(output, BufferSize, gone);
        }
        finally
        {
            await ended.CancelAsync();
            await sending;
        }
    }

    private async Task SendAsync(IForwardedConnection target, CancellationToken ended)
    {
        try
        {
            await input.CopyToAsync(target.Stream, ended);
            target.EndWrites();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The pod listens no more, which does not mean that it has nothing to say; or the client went without a goodbye.
            await input.DisposeAsync();
        }
    }

    private async Task ReportAsync(string words)
    {
        try
        {
            await error.WriteAsync(Encoding.UTF8.GetBytes($"error forwarding port {port}: {words}"));
        }
        catch (IOException)
        {
            // It went in the meantime.
        }
    }
}
