namespace CriSharp.Pods.Networks;

/// <summary>One of the few places among those who do something at the same time.</summary>
internal sealed class Turn : IDisposable
{
    private readonly SemaphoreSlim _places;

    private Turn(SemaphoreSlim places) => _places = places;

    public static async Task<Turn> TakeAsync(SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        return new Turn(places);
    }

    public void Dispose() => _places.Release();
}
