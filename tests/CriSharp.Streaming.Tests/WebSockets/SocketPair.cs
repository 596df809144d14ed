using System.IO.Pipelines;
using System.Net.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>Both ends of a WebSocket without a network. What one end has sent and the other has not read is bounded, as on a network.</summary>
internal sealed class SocketPair : IDisposable
{
    public const int WireBuffer = 64 * 1024;
    private readonly Pipe _up = new(new PipeOptions(pauseWriterThreshold: WireBuffer, resumeWriterThreshold: WireBuffer / 2, useSynchronizationContext: false));
    private readonly Pipe _down = new(new PipeOptions(pauseWriterThreshold: WireBuffer, resumeWriterThreshold: WireBuffer / 2, useSynchronizationContext: false));

    public SocketPair()
    {
        Server = WebSocket.CreateFromStream(new BothWays(_up.Reader, _down.Writer), new WebSocketCreationOptions { IsServer = true });
        Client = WebSocket.CreateFromStream(new BothWays(_down.Reader, _up.Writer), new WebSocketCreationOptions { IsServer = false });
    }

    public WebSocket Server { get; }

    public WebSocket Client { get; }

    /// <summary>The client's machine loses its power: no goodbye.</summary>
    public void BreakUp()
    {
        _up.Writer.Complete();
        _down.Reader.Complete();
    }

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }

    private sealed class BothWays(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _reader = reader.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _reader.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if ((await writer.WriteAsync(buffer, cancellationToken)).IsCompleted)
            {
                throw new IOException("nobody reads");
            }
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        protected override void Dispose(bool disposing)
        {
            writer.Complete();
            reader.CancelPendingRead();
            reader.Complete();
            base.Dispose(disposing);
        }
    }
}
