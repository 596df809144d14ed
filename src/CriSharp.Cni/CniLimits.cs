namespace CriSharp.Cni;

/// <summary>How long plugins may take. The kubelet gives a whole RunPodSandbox four minutes.</summary>
public sealed record CniLimits
{
    /// <summary>One run of one plugin; it is killed afterwards, with all it has started.</summary>
    public TimeSpan Plugin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>All plugins of one ADD, CHECK or DEL together.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>All plugins of one STATUS together.</summary>
    public TimeSpan Status { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long whoever asks for the status waits for plugins before the last known answer has to do. The kubelet asks every five seconds.</summary>
    public TimeSpan StatusPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>All plugins of one GC together; no sandbox is attached meanwhile.</summary>
    public TimeSpan Garbage { get; init; } = TimeSpan.FromSeconds(10);
}
