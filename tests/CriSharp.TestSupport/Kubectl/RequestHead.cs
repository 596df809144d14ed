using System.Text;

namespace CriSharp.TestSupport.Kubectl;

/// <summary>Request line and headers of an HTTP/1.1 request without a body.</summary>
internal sealed class RequestHead
{
    private const int LimitBytes = 64 * 1024;

    private readonly string _method;
    private readonly string _query;
    private readonly string _headers;

    private RequestHead(string text)
    {
        var lineEnd = text.IndexOf("\r\n", StringComparison.Ordinal);
        var target = text[..lineEnd].Split(' ');
        _method = target[0];
        var mark = target[1].IndexOf('?', StringComparison.Ordinal);
        (Path, _query) = mark < 0 ? (target[1], "") : (target[1][..mark], target[1][(mark + 1)..]);
        _headers = text[(lineEnd + 2)..];
    }

    public string Path { get; }

    /// <returns>Null: the connection has ended.</returns>
    public static async Task<RequestHead?> TryReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LimitBytes];
        var filled = 0;
        // Byte by byte: what follows the head is not this one's.
        while (!buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8))
        {
            if (await stream.ReadAsync(buffer.AsMemory(filled, 1), cancellationToken) == 0)
            {
                return null;
            }

            filled++;
        }

        return new RequestHead(Encoding.ASCII.GetString(buffer, 0, filled));
    }

    public IReadOnlyList<string> Query(string name) =>
        [.. _query.Split('&').Where(pair => pair.StartsWith(name + "=", StringComparison.Ordinal)).Select(pair => Uri.UnescapeDataString(pair[(name.Length + 1)..].Replace('+', ' ')))];

    /// <summary>The same request to another server.</summary>
    public byte[] For(Uri url)
    {
        var headers = _headers.Split("\r\n").Where(line => !line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase));
        return Encoding.ASCII.GetBytes($"{_method} {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n{string.Join("\r\n", headers)}");
    }
}
