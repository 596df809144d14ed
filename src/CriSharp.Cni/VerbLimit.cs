namespace CriSharp.Cni;

/// <summary>The time that all plugins of one verb have together; it runs from here on.</summary>
internal sealed class VerbLimit(TimeSpan total)
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public TimeSpan Total => total;

    /// <summary>Not above zero when it is used up.</summary>
    public TimeSpan Left => total - TimeProvider.System.GetElapsedTime(_start);
}
