namespace CriSharp.Registry.Transport;

/// <summary>Not the registry failed, but a host that it led to.</summary>
internal sealed class HopFailedException(string host, Exception cause) : IOException(cause.Message, cause)
{
    /// <summary>"HOST" or "HOST:PORT".</summary>
    public string Host => host;

    public Exception Cause => InnerException!;
}
