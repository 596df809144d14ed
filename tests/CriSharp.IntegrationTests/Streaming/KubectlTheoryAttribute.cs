using CriSharp.TestSupport.Kubectl;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>A test with kubectl over both wires; skipped, and named in the output, where there is none.</summary>
public sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute() => Skip = KubectlClient.Lack(webSocket: false);
}

/// <summary>The wires that the kubectl of this machine speaks.</summary>
public sealed class KubectlWires : TheoryData<string>
{
    public const string Spdy = "SPDY/3.1";
    public const string WebSocket = "WebSocket";

    public KubectlWires()
    {
        Add(Spdy);
        if (KubectlClient.Lack(webSocket: true) is null)
        {
            Add(WebSocket);
        }
    }
}
