namespace CriSharp.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Per runtime and section.</param>
/// <param name="LogMegabytes">In millions of bytes.</param>
internal sealed record Plan(int Rounds, int LogMegabytes);
