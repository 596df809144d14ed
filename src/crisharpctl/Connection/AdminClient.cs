using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CriSharp.Admin;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Connection;

/// <summary>Asks the admin socket beside a CRI socket. Other runtimes have none, and then there is no answer.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int Succeeded = 200;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);

    /// <summary>An audit looks twice, and each removal has a limit of its own in the daemon.</summary>
    private static readonly TimeSpan AuditLimit = TimeSpan.FromMinutes(15);

    private readonly string _path;
    private readonly HttpClient? _http;

    public AdminClient(Endpoint endpoint)
    {
        _path = AdminAddress.Beside(endpoint.SocketPath);
        if (!File.Exists(_path))
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
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellationToken);
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
            Timeout = Timeout.InfiniteTimeSpan,
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

    /// <summary>Has the daemon look for leftovers.</summary>
    /// <param name="fix">It removes what may be removed.</param>
    /// <inheritdoc cref="CallAsync" path="/exception"/>
    public Task<AuditDocument> AuditAsync(bool fix, CancellationToken cancellationToken) => CallAsync(
        fix ? HttpMethod.Post : HttpMethod.Get, fix ? AdminAddress.AuditFixPath : AdminAddress.AuditPath, AuditLimit, AdminJson.Default.AuditDocument, cancellationToken);

    /// <summary>Asks for what only the daemon can do.</summary>
    /// <exception cref="RuntimeException">What the daemon says; Unavailable: no daemon answers; FailedPrecondition: it has no such page; DeadlineExceeded; Internal: it answers in other words.</exception>
    public async Task<T> CallAsync<T>(HttpMethod method, string pathAndQuery, TimeSpan timeLimit, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var http = _http ?? throw NoSocket();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeLimit);
        try
        {
            using var request = new HttpRequestMessage(method, pathAndQuery);
            using var answer = await http.SendAsync(request, limit.Token);
            return Read((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(limit.Token), type);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw NoAnswer(failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(ErrorKind.DeadlineExceeded, $"the daemon took longer than {timeLimit.TotalMinutes:0} minutes; it goes no further");
        }
    }

    /// <summary>Sends something long with a request; it takes as long as it takes.</summary>
    /// <param name="sentBytes">Told how much has been sent so far.</param>
    /// <inheritdoc cref="CallAsync" path="/exception"/>
    public async Task<T> SendAsync<T>(string pathAndQuery, Stream content, IProgress<long> sentBytes, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (!IsThere)
        {
            throw NoSocket();
        }

        try
        {
            var answer = await new AdminUpload(_path, sentBytes).PostAsync(pathAndQuery, content, cancellationToken);
            return Read(answer.Status, answer.Content, type);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            throw NoAnswer(failure);
        }
    }

    /// <summary>Takes a document with something long behind it; it takes as long as it takes.</summary>
    /// <param name="output">Gets what follows the document.</param>
    /// <exception cref="RuntimeException">As of <see cref="CallAsync"/>; Unavailable: also what broke off.</exception>
    /// <exception cref="IOException">The output can't be written.</exception>
    public async Task<T> ReceiveAsync<T>(string pathAndQuery, Stream output, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var http = _http ?? throw NoSocket();
        try
        {
            using var answer = await http.GetAsync(pathAndQuery, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)answer.StatusCode != Succeeded)
            {
                return Read((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken), type);
            }

            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var document = Read(Succeeded, await FirstLine.ReadAsync(content, AdminAddress.ResponseLimitBytes, cancellationToken), type);
            await content.CopyToAsync(output, cancellationToken);
            return document;
        }
        catch (HttpIOException broken)
        {
            throw new RuntimeException(ErrorKind.Unavailable, $"the daemon at {_path} broke off before the end, its log says why: {broken.Message}", broken);
        }
        catch (HttpRequestException failure)
        {
            throw NoAnswer(failure);
        }
    }

    public void Dispose() => _http?.Dispose();

    // Progress and details are a courtesy: a verb must not fail because they can't be had.
    private async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (_http is null)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CallLimit);
        try
        {
            var answer = await _http.GetByteArrayAsync(path, limit.Token);
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

    private T Read<T>(int status, byte[] content, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (status == Succeeded)
            {
                return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("it is null");
            }

            if (content is [(byte)'{', ..] && JsonSerializer.Deserialize(content, AdminJson.Default.ErrorDocument) is { } error)
            {
                throw new RuntimeException(error.Kind, error.Message);
            }
        }
        catch (JsonException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"the daemon at {_path} answered in words of another release: {failure.Message}", failure);
        }

        throw new RuntimeException(ErrorKind.FailedPrecondition, $"the daemon at {_path} answered {status}: it is of another release, or its log says why");
    }

    private RuntimeException NoSocket() => new(ErrorKind.Unavailable, $"no admin socket lies at {_path}: only crisharpd has one, and only while it runs");

    private RuntimeException NoAnswer(Exception failure) => new(ErrorKind.Unavailable, $"no daemon answers at {_path}: {failure.Message}", failure);
}
