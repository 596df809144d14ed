using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Grpc;
using CriSharp.Primitives;

namespace CriSharp.Daemon.CommandLine;

/// <summary>Asks the daemon that runs something over its admin socket.</summary>
internal static class AdminCall
{
    // Each handler is asked what it can do, and may hang until its own limit.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <exception cref="RuntimeException">What the daemon says, or Unavailable: none answers there.</exception>
    public static async Task<ReloadDocument> ReloadAsync(string socketPath, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, token) => UnixSocketChannel.ConnectAsync(socketPath, token) })
        {
            Timeout = Limit,
            MaxResponseContentBufferSize = AdminAddress.ResponseLimitBytes,
        };
        try
        {
            using var answer = await http.PostAsync($"http://admin{AdminAddress.ReloadPath}", null, cancellationToken);
            var content = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return JsonSerializer.Deserialize(content, AdminJson.Default.ReloadDocument)!;
            }

            throw content is [(byte)'{', ..] && JsonSerializer.Deserialize(content, AdminJson.Default.ErrorDocument) is { } error
                ? new RuntimeException(error.Kind, error.Message)
                : new RuntimeException(ErrorKind.FailedPrecondition, $"the daemon at {socketPath} answered {(int)answer.StatusCode}");
        }
        catch (JsonException malformed)
        {
            throw new RuntimeException(ErrorKind.Internal, $"the daemon at {socketPath} answered in other words than ours: it is of another release", malformed);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new RuntimeException(
                ErrorKind.Unavailable,
                $"no daemon answers at {socketPath}: {failure.Message}. If listen or runroot has been changed since it started, it is still at its old place: "
                + "name that by --listen, or send the daemon SIGHUP and see its log",
                failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"the daemon at {socketPath} has not answered for {Limit.TotalMinutes} minutes: its log tells what came of it");
        }
    }
}
