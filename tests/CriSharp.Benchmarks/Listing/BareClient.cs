using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace CriSharp.Benchmarks.Listing;

/// <summary>
/// Makes gRPC calls, one at a time, and takes each answer to its last byte without looking into it: what is measured is the runtime, not what a client needs
/// to understand a list. As much as a kubelet's client asks for once it knows its peer, it lets an answer come without waiting.
/// https://httpwg.org/specs/rfc9113.html
/// </summary>
internal sealed class BareClient : IDisposable
{
    private const int HeaderBytes = 9;
    private const int Window = 1 << 30;
    private const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, WindowUpdate = 8;
    private const byte EndOfStream = 1, Acknowledged = 1, EndOfHeaders = 4;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _begin;
    private int _end;
    private int _stream = 1;

    public BareClient(string socket)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(socket));
        _socket.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        _socket.Send([.. Frame(Settings, 0, 0, [0, 4, .. Big(Window)]), .. Frame(WindowUpdate, 0, 0, Big(Window))]);
    }

    /// <returns>Bytes of the answer's message.</returns>
    public int Call(string service, string method, IMessage request)
    {
        byte[] message = [0, .. Big(request.CalculateSize()), .. request.ToByteArray()];
        (string, string)[] headers =
        [
            (":method", "POST"), (":scheme", "http"), (":path", $"/runtime.v1.{service}/{method}"), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "60S"),
        ];
        _socket.Send(
        [
            .. Frame(Headers, EndOfHeaders, _stream, [.. headers.SelectMany(header => Literal(header.Item1, header.Item2))]),
            .. Frame(Data, EndOfStream, _stream, message),
        ]);
        var bytes = Answer();
        _stream += 2;
        return bytes;
    }

    public void Dispose() => _socket.Dispose();

    private int Answer()
    {
        for (var bytes = 0; ;)
        {
            Require(HeaderBytes);
            var header = _buffer.AsSpan(_begin, HeaderBytes);
            var (length, type, flags, stream) = (header[0] << 16 | header[1] << 8 | header[2], header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header[5..]));
            Require(HeaderBytes + length);
            var payload = _buffer.AsSpan(_begin + HeaderBytes, length).ToArray();
            _begin += HeaderBytes + length;
            if (type is Settings or Ping && (flags & Acknowledged) == 0)
            {
                _socket.Send(Frame(type, Acknowledged, 0, type == Ping ? payload : []));
            }

            if (stream != _stream || type is not (Data or Headers))
            {
                continue;
            }

            bytes += type == Data ? length : 0;
            if ((flags & EndOfStream) != 0)
            {
                return bytes > 0 ? bytes : throw new InvalidOperationException("the call has failed: its answer has no message");
            }
        }
    }

    private void Require(int count)
    {
        if (_buffer.Length - _begin < count)
        {
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
            (_begin, _end) = (0, _end - _begin);
        }

        while (_end - _begin < count)
        {
            var read = _socket.Receive(_buffer.AsSpan(_end));
            _end += read > 0 ? read : throw new EndOfStreamException("the runtime has closed the connection");
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload) => [.. Big(payload.Length)[1..], type, flags, .. Big(stream), .. payload];

    /// <summary>Without any table of headers, and without Huffman's code.</summary>
    private static byte[] Literal(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Big(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
