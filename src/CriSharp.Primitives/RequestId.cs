namespace CriSharp.Primitives;

/// <summary>Tells apart the calls that work is done for, in log lines and traces. Found through the flow of the calls, as an operation is.</summary>
public static class RequestId
{
    private const int Bytes = 6;

    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>Null where work is done for nobody's call.</summary>
    public static string? Current => Ambient.Value;

    /// <summary>A new one, which is the current one until the asynchronous method that called this ends.</summary>
    public static string Begin()
    {
        Span<byte> random = stackalloc byte[Bytes];
        Random.Shared.NextBytes(random);
        return Ambient.Value = Convert.ToHexStringLower(random);
    }
}
