namespace CriSharp.Streaming.WebSockets;

/// <summary>One channel's bytes on their way out; a write ends when the connection has taken them, and fails with IOException when it is gone.</summary>
/// <param name="end">What disposal says on the wire; null: nothing, since the protocol cannot say it.</param>
internal sealed class ChannelOutput(ChannelConnection connection, byte channel, Func<ValueTask>? end = null) : AsyncStream
{
    private bool _isEnded;

    public override bool CanWrite => !_isEnded;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isEnded, this);
        return connection.SendAsync(channel, buffer, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_isEnded && end is not null)
        {
            _isEnded = true;
            await end();
        }

        _isEnded = true;
        await base.DisposeAsync();
    }
}
