namespace CriSharp.Images.Pulling;

/// <summary>
/// Who may bring a layer onto the disk now. An image may always have one under way, so that no slow registry keeps others from being pulled,
/// and more of them while the node has few: twenty pulls at once would else take the memory and threads of sixty layers.
/// </summary>
/// <param name="perImage">At least 1.</param>
/// <param name="perNode">From how many on each image gets one only.</param>
internal sealed class LayerSlots(int perImage, int perNode)
{
    private readonly Lock _gate = new();
    private readonly int _perImage = perImage;
    private readonly int _perNode = perNode;

    // Those with somebody waiting, the longest first.
    private readonly List<Image> _waiting = [];
    private int _running;

    public Image Open() => new(this);

    /// <summary>The slots of one pull, given in the order in which they are asked for.</summary>
    internal sealed class Image(LayerSlots node)
    {
        private readonly Queue<TaskCompletionSource> _queue = new();
        private int _running;

        internal bool IsWaitedFor => _queue.Count > 0;

        /// <summary>Waits for a slot.</summary>
        /// <returns>Gives it back when it is disposed of.</returns>
        public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (node._gate)
            {
                _queue.Enqueue(turn);
                if (_queue.Count == 1)
                {
                    node._waiting.Add(this);
                }

                node.Grant();
            }

            await using (cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken)))
            {
                await turn.Task;
            }

            return new Slot(this);
        }

        /// <returns>Whether it got one.</returns>
        internal bool TryGrant()
        {
            while (_queue.TryPeek(out var turn))
            {
                if (_running > 0 && (_running >= node._perImage || node._running >= node._perNode))
                {
                    return false;
                }

                _queue.Dequeue();
                // One whose caller has gone is passed over.
                if (turn.TrySetResult())
                {
                    _running++;
                    node._running++;
                    return true;
                }
            }

            return false;
        }

        private void GiveBack()
        {
            lock (node._gate)
            {
                _running--;
                node._running--;
                node.Grant();
            }
        }

        private sealed class Slot(Image image) : IDisposable
        {
            private Image? _image = image;

            public void Dispose() => Interlocked.Exchange(ref _image, null)?.GiveBack();
        }
    }

    private void Grant()
    {
        // One for each in turn, as long as anybody gets one.
        for (var granted = 1; granted > 0;)
        {
            granted = 0;
            foreach (var image in _waiting)
            {
                granted += image.TryGrant() ? 1 : 0;
            }
        }

        _waiting.RemoveAll(image => !image.IsWaitedFor);
    }
}
