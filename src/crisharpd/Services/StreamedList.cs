using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

/// <summary>A list in pieces: each thing exactly once, in order, in messages that every client takes. A list of nothing is no message, and the end.</summary>
/// <param name="wrap">Puts things into a message, and keeps no hold of the list that it gets.</param>
internal sealed class StreamedList<TItem, TMessage>(
    Func<IReadOnlyList<TItem>, TMessage> wrap, IServerStreamWriter<TMessage> stream, CancellationToken cancellationToken)
    where TItem : IMessage
{
    /// <summary>Of one message; a thing that is larger has a message of its own.</summary>
    internal const int PieceBytes = 1 << 20;

    internal const int PieceItems = 500;

    private readonly List<TItem> _piece = [];
    private int _bytes;

    /// <param name="items">Read no faster than the caller reads.</param>
    public async Task SendAsync(IEnumerable<TItem> items)
    {
        foreach (var item in items)
        {
            await AddAsync(item);
        }

        await FlushAsync();
    }

    /// <inheritdoc cref="SendAsync(IEnumerable{TItem})"/>
    public async Task SendAsync(IAsyncEnumerable<TItem> items)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            await AddAsync(item);
        }

        await FlushAsync();
    }

    private async ValueTask AddAsync(TItem item)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var size = item.CalculateSize();
        if (_piece.Count == PieceItems || _bytes + size > PieceBytes)
        {
            await FlushAsync();
        }

        _piece.Add(item);
        _bytes += size;
    }

    private async Task FlushAsync()
    {
        if (_piece.Count == 0)
        {
            return;
        }

        await stream.WriteAsync(wrap(_piece), cancellationToken);
        _piece.Clear();
        _bytes = 0;
    }
}
