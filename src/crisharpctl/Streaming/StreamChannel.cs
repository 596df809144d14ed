namespace CriSharp.Ctl.Streaming;

/// <summary>The channels of exec and attach over WebSocket. https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand</summary>
internal static class StreamChannel
{
    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Error = 2;

    /// <summary>A metav1.Status at the end.</summary>
    public const byte Status = 3;

    /// <summary>{"Width": columns, "Height": rows}</summary>
    public const byte Resize = 4;

    /// <summary>Followed by a channel that is written no more to.</summary>
    public const byte Close = 255;
}
