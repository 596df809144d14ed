using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CriSharp.Admin;

namespace CriSharp.Ctl.Connection;

/// <summary>Asks the admin socket beside a CRI socket. Other runtimes have none, and then there is no answer.</summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);

    private readonly HttpClient? _http;

    public AdminClient(Endpoint endpoint)
    {
        var path = AdminAddress.Beside(endpoint.SocketPath);
        if (!File.Exists(path))
        {
            return;
        }

        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri("http://admin"),
            Timeout = CallLimit,
            MaxResponseContentBufferSize = AdminAddress.ResponseLimitBytes,
        };
    }

    /// <summary>False: no socket lies there.</summary>
    public bool IsThere => _http is not null;

    /// <returns>Null when nobody answers, or not in these words.</returns>
    public Task<StatusDocument?> StatusAsync(CancellationToken cancellationToken) =>
        GetAsync(AdminAddress.StatusPath, AdminJson.Default.StatusDocument, cancellationToken);

    /// <inheritdoc cref="StatusAsync"/>
    public Task<PullsDocument?> PullsAsync(CancellationToken cancellationToken) =>
        GetAsync(AdminAddress.PullsPath, AdminJson.Default.PullsDocument, cancellationToken);

    /// <inheritdoc cref="StatusAsync"/>
    public Task<OperationsDocument?> OperationsAsync(CancellationToken cancellationToken) =>
        GetAsync(AdminAddress.OperationsPath, AdminJson.Default.OperationsDocument, cancellationToken);

    public void Dispose() => _http?.Dispose();

    // Progress and details are a courtesy: a verb must not fail because they can't be had.
    private async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (_http is null)
        {
            return null;
        }

        try
        {
            var answer = await _http.GetByteArrayAsync(path, cancellationToken);
            return JsonSerializer.Deserialize(answer, type);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
