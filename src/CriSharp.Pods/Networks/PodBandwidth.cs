using CriSharp.Cni;
using CriSharp.Cri.V1;

namespace CriSharp.Pods.Networks;

/// <summary>A pod's limits of what it receives and sends, which are annotations: the CRI has no fields for them.</summary>
internal static class PodBandwidth
{
    private const string Ingress = "kubernetes.io/ingress-bandwidth";
    private const string Egress = "kubernetes.io/egress-bandwidth";

    // As the peers have it: 1 kbit/s to 1 Pbit/s.
    private const long Least = 1_000;
    private const long Most = 1_000_000_000_000_000;

    /// <returns>Null: no limit, or none that can be read.</returns>
    public static Bandwidth? Of(PodSandboxConfig config)
    {
        var (ingress, egress) = (Read(config, Ingress), Read(config, Egress));
        return ingress is null && egress is null ? null : new Bandwidth(ingress, egress);
    }

    /// <returns>What is wrong with them; null: nothing.</returns>
    public static string? Fault(PodSandboxConfig config)
    {
        var wrong = new[] { Ingress, Egress }.FirstOrDefault(name => config.Annotations.ContainsKey(name) && Read(config, name) is null);
        return wrong is null ? null : $"annotation {wrong} is \"{Shorten(config.Annotations[wrong])}\": bits per second are wanted, from 1k to 1P";
    }

    private static long? Read(PodSandboxConfig config, string name) =>
        config.Annotations.TryGetValue(name, out var text) && Quantity.TryParse(text, out var bits) && bits is >= Least and <= Most ? bits : null;

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
