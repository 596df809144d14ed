using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CriSharp.IntegrationTests.Doors;

/// <summary>Frames of HTTP/2 as a hostile client sends them: nothing is waited for, nothing that comes back is heeded. RFC 9113</summary>
internal sealed class RawHttp2 : IDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Continuation = 9;
    private const byte EndHeaders = 4;
    private const int FrameBytes = 16 * 1024;
    private const int Cancel = 8;

    private readonly NetworkStream _stream;
    private readonly MemoryStream _batch = new();
    private int _nextStream = 1;

    public RawHttp2(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            _stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _batch.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Add(Settings, 0, 0, []);
    }

    /// <summary>Begins a call of this method and takes it back at once.</summary>
    public void AddReset(string path)
    {
        var id = Begin(path);
        var code = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(code, Cancel);
        Add(Reset, 0, id, code);
    }

    /// <summary>Begins a call of this method and announces a message of 15 MiB.</summary>
    public void AddDebt(string path) => Add(Data, 0, Begin(path), [0, 0, 0xf0, 0, 0]);

    /// <param name="filler">Bytes of a header of no meaning.</param>
    public int Begin(string path, int filler = 0)
    {
        var id = _nextStream;
        _nextStream += 2;

        // HPACK: indexed fields of the static table, and literals that are not to be indexed. RFC 7541
        using var block = new MemoryStream();
        block.Write([0x83, 0x86]);
        AddLiteral(block, 0x01, "x");
        AddLiteral(block, 0x04, path);
        block.Write([0x0f, 0x10]);
        AddText(block, "application/grpc");
        if (filler > 0)
        {
            block.WriteByte(0x00);
            AddText(block, "filler");
            AddText(block, new string('x', filler));
        }

        var bytes = block.ToArray();
        Add(Headers, bytes.Length <= FrameBytes ? EndHeaders : (byte)0, id, bytes.AsSpan(0, Math.Min(bytes.Length, FrameBytes)));
        for (var at = FrameBytes; at < bytes.Length; at += FrameBytes)
        {
            var rest = bytes.Length - at;
            Add(Continuation, rest <= FrameBytes ? EndHeaders : (byte)0, id, bytes.AsSpan(at, Math.Min(rest, FrameBytes)));
        }

        return id;
    }

    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_batch.GetBuffer().AsMemory(0, (int)_batch.Length), cancellationToken);
        _batch.SetLength(0);
    }

    /// <summary>Takes what comes until the other end closes.</summary>
    public async Task<bool> IsClosedAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer, cancellationToken) > 0)
            {
            }

            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static void AddLiteral(MemoryStream block, byte name, string value)
    {
        block.WriteByte(name);
        AddText(block, value);
    }

    private static void AddText(MemoryStream block, string text)
    {
        // An integer with a prefix of seven bits.
        var length = text.Length;
        if (length < 127)
        {
            block.WriteByte((byte)length);
        }
        else
        {
            block.WriteByte(127);
            for (length -= 127; length >= 128; length /= 128)
            {
                block.WriteByte((byte)((length % 128) + 128));
            }

            block.WriteByte((byte)length);
        }

        block.Write(Encoding.ASCII.GetBytes(text));
    }

    private void Add(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        _batch.Write(head);
        _batch.Write(payload);
    }
}
