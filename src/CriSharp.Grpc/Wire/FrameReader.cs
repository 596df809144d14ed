using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace CriSharp.Grpc.Wire;

/// <summary>
/// Reads messages off a stream: one byte (0 plain, 1 compressed), four bytes of length (big endian), the message.
/// What is not so ends the call, by <see cref="RpcException"/>.
/// </summary>
/// <param name="large">Null: whoever sends is trusted.</param>
internal sealed class FrameReader(PipeReader pipe, string? encoding, int limitBytes, LargeMessages? large = null)
{
    public const int PrefixBytes = 5;

    /// <returns>Null at the end of the stream.</returns>
    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        var taken = 0;
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                if (TryFrame(buffer, ref taken, out var payload, out var compressed, out var end))
                {
                    var message = Deserialize(marshaller, payload, compressed);
                    pipe.AdvanceTo(end);
                    return message;
                }

                var (left, completed) = (buffer.Length, read.IsCompleted);
                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (completed)
                {
                    return left == 0 ? null : throw Failure(StatusCode.Internal, $"The stream ended within a message, after {left} bytes of it.");
                }
            }
        }
        finally
        {
            large?.Give(taken);
        }
    }

    /// <summary>The one message of a stream that then must end.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        var message = await ReadAsync(marshaller, cancellationToken)
            ?? throw Failure(StatusCode.Internal, "The stream ended without its message.");
        var read = await pipe.ReadAsync(cancellationToken);
        var more = !read.Buffer.IsEmpty;
        pipe.AdvanceTo(read.Buffer.End);
        return more ? throw Failure(StatusCode.Internal, "There is more on the stream than its one message.") : message;
    }

    /// <param name="taken">What the message has of the room for large ones.</param>
    private bool TryFrame(ReadOnlySequence<byte> buffer, ref int taken, out ReadOnlySequence<byte> payload, out bool compressed, out SequencePosition end)
    {
        (payload, compressed, end) = (default, false, default);
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] > 1)
        {
            throw Failure(StatusCode.Internal, $"A message begins with {prefix[0]}, neither plain (0) nor compressed (1).");
        }

        if (length > limitBytes)
        {
            throw Failure(StatusCode.ResourceExhausted, $"A message of {length} bytes is more than the {limitBytes} that may be received.");
        }

        if (taken == 0 && large is not null)
        {
            // How long a compressed one is, is not known before.
            taken = large.Take(prefix[0] == 1 ? limitBytes : (int)length);
        }

        if (buffer.Length < PrefixBytes + length)
        {
            return false;
        }

        payload = buffer.Slice(PrefixBytes, length);
        compressed = prefix[0] == 1;
        end = payload.End;
        return true;
    }

    private T Deserialize<T>(Marshaller<T> marshaller, ReadOnlySequence<byte> payload, bool compressed)
    {
        var context = new Payload(compressed ? new ReadOnlySequence<byte>(Decompress(payload)) : payload);
        try
        {
            return marshaller.ContextualDeserializer(context);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException malformed)
        {
            throw Failure(StatusCode.Internal, $"A message is not a {typeof(T).Name}: {malformed.Message}", malformed);
        }
    }

    private byte[] Decompress(ReadOnlySequence<byte> payload)
    {
        if (encoding != "gzip")
        {
            throw Failure(StatusCode.Unimplemented, $"Messages compressed by \"{encoding}\" can't be read: send gzip or identity.");
        }

        try
        {
            using var plain = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
            var chunk = new byte[16 * 1024];
            while (gzip.Read(chunk) is > 0 and var count)
            {
                if (plain.Length + count > limitBytes)
                {
                    throw Failure(StatusCode.ResourceExhausted, $"A message decompresses to more than the {limitBytes} bytes that may be received.");
                }

                plain.Write(chunk, 0, count);
            }

            return plain.ToArray();
        }
        catch (InvalidDataException malformed)
        {
            throw Failure(StatusCode.Internal, $"A compressed message is not gzip: {malformed.Message}", malformed);
        }
    }

    private static RpcException Failure(StatusCode code, string words, Exception? cause = null) => new(new Status(code, words, cause));

    private sealed class Payload(ReadOnlySequence<byte> bytes) : DeserializationContext
    {
        public override int PayloadLength => (int)bytes.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => bytes;
    }
}
