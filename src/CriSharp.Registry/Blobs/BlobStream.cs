using System.Net;
using CriSharp.Primitives;

namespace CriSharp.Registry.Blobs;

/// <summary>
/// The bytes of a blob as they come, exactly as many as its descriptor says. The registry is asked at the first read. A connection that breaks
/// or falls silent is made again, and the blob goes on where it stopped, from another place if it was a mirror's. Whether the bytes are the right
/// ones is for the reader to verify by their digest.
/// </summary>
/// <param name="isPassedOn">Told why a body was of no use. True: the next opening asks another place, so that a body of a wrong length is nothing final.</param>
internal sealed class BlobStream(
    long sizeBytes,
    string what,
    Func<long, CancellationToken, Task<HttpResponseMessage>> openAsync,
    Func<Exception, bool> isPassedOn,
    RegistryOptions options,
    TimeProvider time) : Stream
{
    private readonly byte[] _probe = new byte[1];
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _failuresInRow;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => sizeBytes;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="RuntimeException">DataLoss: more or fewer bytes than announced. Unavailable, DeadlineExceeded: broken or silent for good.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
        {
            return 0;
        }

        while (true)
        {
            try
            {
                // Past the end one byte is asked for, only to learn that there is none.
                var rest = sizeBytes - _position;
                var count = await ReadOnceAsync(rest == 0 ? _probe : buffer[..(int)Math.Min(buffer.Length, rest)], cancellationToken);
                if (rest == 0 && count > 0)
                {
                    throw new RuntimeException(ErrorKind.DataLoss, $"{what} is longer than the {sizeBytes} bytes that the manifest says");
                }

                if (count == 0 && rest > 0)
                {
                    throw new RuntimeException(ErrorKind.DataLoss, $"{what} ends after {_position} bytes, and the manifest says {sizeBytes}");
                }

                _position += count;
                _failuresInRow = count > 0 ? 0 : _failuresInRow;
                return count;
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException or TimeoutException or RuntimeException { Kind: ErrorKind.DataLoss })
            {
                await CloseAsync();
                if (!isPassedOn(broken) && broken is RuntimeException)
                {
                    throw;
                }

                if (++_failuresInRow >= options.Attempts)
                {
                    var kind = broken switch
                    {
                        RuntimeException wrong => wrong.Kind,
                        TimeoutException => ErrorKind.DeadlineExceeded,
                        _ => ErrorKind.Unavailable,
                    };
                    throw new RuntimeException(kind, $"{what} broke off {_failuresInRow} times at byte {_position} of {sizeBytes}: {broken.Message}", broken);
                }

                await Task.Delay(options.RetryDelay * (1 << Math.Min(_failuresInRow - 1, 10)), time, cancellationToken);
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("blobs are read asynchronously");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body?.Dispose();
            _response?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The opening has limits of its own: several places may be asked in turn.</summary>
    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _body ??= await OpenBodyAsync(cancellationToken);
        return await ReadWithinLimitAsync(_body, buffer, cancellationToken);
    }

    private async Task<int> ReadWithinLimitAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Fires when: the reader has gone (cancellationToken), or the registry is silent (limit).
        using var limit = new CancellationTokenSource(options.ProgressTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {options.ProgressTimeLimit.TotalSeconds:0.#} s");
        }
    }

    private async Task<Stream> OpenBodyAsync(CancellationToken cancellationToken)
    {
        if (_position == sizeBytes && _position > 0 && _response is null)
        {
            // All is here: the connection broke after the last byte.
            return Null;
        }

        _response ??= await openAsync(_position, cancellationToken);
        var skip = SkipOf(_response);
        var body = await _response.Content.ReadAsStreamAsync(cancellationToken);
        var waste = new byte[64 * 1024];
        while (skip > 0)
        {
            var count = await ReadWithinLimitAsync(body, waste.AsMemory(0, (int)Math.Min(skip, waste.Length)), cancellationToken);
            skip = count > 0 ? skip - count : throw new IOException("the registry sent less than before");
        }

        return body;
    }

    /// <summary>How many bytes of the answer are here already: none, unless the registry ignored the range that was asked for.</summary>
    private long SkipOf(HttpResponseMessage response)
    {
        var range = response.Content.Headers.ContentRange;
        var start = response.StatusCode == HttpStatusCode.PartialContent ? range?.From ?? -1 : 0;
        if (start != _position && start != 0)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"{what}: asked for byte {_position} on, the registry answered with another part ({range})");
        }

        var announced = response.Content.Headers.ContentLength;
        return announced is null || announced == sizeBytes - start
            ? _position - start
            : throw new RuntimeException(ErrorKind.DataLoss, $"{what}: the registry announces {start + announced} bytes, and the manifest says {sizeBytes}");
    }

    private async Task CloseAsync()
    {
        if (_body is not null)
        {
            await _body.DisposeAsync();
        }

        _response?.Dispose();
        _body = null;
        _response = null;
    }
}
