using System.Text.Json;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.Pods.Host;

/// <summary>What one runtime handler can do, asked of it at start and at each reload. The kubelet publishes it: what isn't certain is not claimed.</summary>
/// <param name="Name">"" for the default handler.</param>
public sealed record HandlerFacts(string Name, bool RecursiveReadOnlyMounts, bool UserNamespaces)
{
    /// <summary>mount_setattr(2)</summary>
    private static readonly Version FirstWithRecursiveReadOnly = new(5, 12);

    /// <summary>The reason, where it has no user namespaces.</summary>
    public string WhyNoUserNamespaces { get; init; } = "its OCI runtime could not be asked for its features";

    /// <summary>A runtime that has no "features" verb, or answers nonsense, can do nothing of it.</summary>
    /// <param name="kernel">Its release: a runtime tells what it knows, not what this host can do.</param>
    public static async Task<HandlerFacts> AskAsync(string name, OciRuntimeCli runtime, Version kernel, CancellationToken cancellationToken)
    {
        try
        {
            var features = await runtime.FeaturesAsync(cancellationToken);
            var refusal = UserNamespaceFacts.RefusalOf(features);
            return new HandlerFacts(name, features is { } json && HasRecursiveReadOnly(json, kernel), refusal is null) { WhyNoUserNamespaces = refusal ?? "" };
        }
        catch (Exception failure) when (failure is RuntimeException or JsonException)
        {
            return new HandlerFacts(name, false, false);
        }
    }

    internal static bool HasRecursiveReadOnly(ReadOnlyMemory<byte> features, Version kernel) =>
        kernel >= FirstWithRecursiveReadOnly && HasMountOption(features, "rro");

    /// <summary>https://github.com/opencontainers/runtime-spec/blob/main/features.md#mount-options</summary>
    private static bool HasMountOption(ReadOnlyMemory<byte> features, string option)
    {
        using var document = JsonDocument.Parse(features);
        return document.RootElement.TryGetProperty("mountOptions", out var options)
            && options.ValueKind == JsonValueKind.Array
            && options.EnumerateArray().Any(known => known.ValueKind == JsonValueKind.String && known.ValueEquals(option));
    }
}
