using CriSharp.MonitorProtocol;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>How a container ended, and how that is known.</summary>
/// <param name="Reason">Null, or why the code is not known: then it is <see cref="UnknownCode"/>.</param>
public sealed record ContainerExit(ExitRecord Record, string? Reason)
{
    public const int UnknownCode = 255;

    public bool IsKnown => Reason is null;
}
