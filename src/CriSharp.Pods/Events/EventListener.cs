using System.Threading.Channels;
using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Pods.Events;

/// <summary>
/// What one listener has not read yet, up to a limit. Who is slower than that is told so at the end of what was kept, and has to list what
/// there is and listen anew: a gap that nobody tells of would leave it wrong until its next list.
/// </summary>
public sealed class EventListener : IDisposable
{
    private readonly int _limit;
    private readonly Channel<ContainerEventResponse> _kept;
    private readonly Action<EventListener> _leave;

    /// <param name="limit">Of events that are kept.</param>
    internal EventListener(int limit, Action<EventListener> leave)
    {
        (_limit, _leave) = (limit, leave);
        _kept = Channel.CreateBounded<ContainerEventResponse>(new BoundedChannelOptions(limit) { SingleReader = true });
    }

    /// <summary>In the order in which things happened; never ends by itself.</summary>
    /// <exception cref="RuntimeException">ResourceExhausted: events are missing from here on.</exception>
    public IAsyncEnumerable<ContainerEventResponse> ReadAsync(CancellationToken cancellationToken) => _kept.Reader.ReadAllAsync(cancellationToken);

    public void Dispose() => _leave(this);

    /// <returns>False: it is full, and gets no more.</returns>
    internal bool Offer(ContainerEventResponse happened)
    {
        if (_kept.Writer.TryWrite(happened))
        {
            return true;
        }

        _kept.Writer.TryComplete(new RuntimeException(
            ErrorKind.ResourceExhausted,
            $"the listener reads more slowly than things happen, and is {_limit} events behind: list pods and containers, and listen again"));
        return false;
    }
}
