namespace CriSharp.IntegrationTests.Ctl;

/// <summary>A test with crictl; skipped, and named in the output, where there is none.</summary>
public sealed class CrictlFactAttribute : FactAttribute
{
    public CrictlFactAttribute() => Skip = Program is null ? "crictl is absent (CRISHARP_CRICTL names it)" : null;

    public static string? Program { get; } = Environment.GetEnvironmentVariable("CRISHARP_CRICTL") is { Length: > 0 } chosen
        ? chosen
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "crictl")).FirstOrDefault(File.Exists);
}
