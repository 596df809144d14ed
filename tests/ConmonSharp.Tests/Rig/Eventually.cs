namespace ConmonSharp.Tests.Rig;

/// <summary>For what another process does without telling: looks again until it is so.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(MonitorRig.Limit);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
